/* What a maker's libsdtapi does, for tests: a reader whose state is files in the folder of the library.
   "plugged" says that its plug is in, "card" holds a chip's text and photo, "read" that it was read,
   "misbehaves" the name of a function and how: hangs, crashes, ends, overruns, garbles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DONE = 0x90, FOUND = 0x9f, NO_CARD = 0x80, NOT_SELECTED = 0x81, NOT_READ = 0x41, NO_PORT = 0x01 };

static int there(const char *name) { return access(name, F_OK) == 0; }

static int troubled(const char *function, const char *how) {
    char line[80] = "";
    FILE *file = fopen("misbehaves", "r");
    if (file == NULL) return 0;
    if (fgets(line, sizeof line, file) == NULL) line[0] = 0;
    fclose(file);
    char wanted[80];
    snprintf(wanted, sizeof wanted, "%s %s", function, how);
    return strcmp(line, wanted) == 0;
}

static void misbehave(const char *function) {
    puts("a name and a number");
    if (troubled(function, "hangs")) for (;;) pause();
    if (troubled(function, "crashes")) *(volatile char *)8 = 1;
    if (troubled(function, "ends")) _exit(0);
}

static int at(int port) { return port == 1001 && there("plugged"); }
static int lies(void) { return there("card") && !there("read"); }

int SDT_OpenPort(int port) { misbehave("open"); return at(port) ? DONE : NO_PORT; }
int SDT_ClosePort(int port) { return at(port) ? DONE : NO_PORT; }

int SDT_GetSAMStatus(int port, int open) {
    misbehave("status");
    return troubled("status", "garbles") ? -77 : at(port) ? DONE : NO_PORT;
}

int SDT_StartFindIDCard(int port, unsigned char *number, int open) {
    misbehave("find");
    if (!at(port)) return NO_PORT;
    if (troubled("find", "overruns")) memset(number, 7, 5000);
    return troubled("find", "garbles") ? 12345 : lies() ? FOUND : NO_CARD;
}

int SDT_SelectIDCard(int port, unsigned char *number, int open) {
    misbehave("select");
    return !at(port) ? NO_PORT : lies() && !troubled("select", "garbles") ? DONE : NOT_SELECTED;
}

int SDT_ReadBaseMsg(int port, unsigned char *text, unsigned *text_bytes, unsigned char *photo, unsigned *photo_bytes, int open) {
    misbehave("read");
    if (!at(port)) return NO_PORT;
    if (!lies()) return NOT_READ;
    if (troubled("read", "overruns")) memset(text, 7, 60000);
    FILE *card = fopen("card", "r");
    *text_bytes = fread(text, 1, 256, card);
    *photo_bytes = fread(photo, 1, 1024, card);
    fclose(card);
    if (troubled("read", "garbles")) *text_bytes = 4000000000u;
    FILE *left = fopen("left-behind", "w");
    if (left != NULL) { fwrite(text, 1, 256, left); fclose(left); }
    symlink("card", "read");
    return DONE;
}

int SDT_GetSAMIDToStr(int port, char *number, int open) {
    if (!at(port)) return NO_PORT;
    strcpy(number, "05.03-20245039-0000012345-0000067890");
    return DONE;
}
