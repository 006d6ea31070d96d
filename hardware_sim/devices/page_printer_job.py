"""What ippeveprinter runs for each document: it asks the simulated mechanism what comes of it, and passes on its words.

Run as a file by itself: `page_printer_job.py SOCKET DOCUMENT`. The mechanism's lines go to standard error as they come,
where ippeveprinter reads them (`STATE:`, `ATTR:`); the last, `EXIT n`, is how it ends.
"""

import os
import socket
import sys
from pathlib import Path


def main() -> int:
    with socket.socket(socket.AF_UNIX) as mechanism:
        mechanism.connect(sys.argv[1])
        number, name = os.environ.get("IPP_JOB_ID", "0"), os.environ.get("IPP_JOB_NAME", "")
        mechanism.sendall("\0".join((number, name, str(Path(sys.argv[2]).absolute()))).encode() + b"\n")
        with mechanism.makefile(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("EXIT "):
                    return int(line.split()[1])
                sys.stderr.write(line)
                sys.stderr.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main())
