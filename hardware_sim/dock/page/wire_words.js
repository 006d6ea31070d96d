// What passes on a wire, in Chinese: phrase by phrase, codes and numbers as they are. What a device said stays untouched.

const PHRASES = [
  // Any wire.
  ["part of a request", "请求的一部分"], ["part of a command", "命令的一部分"], ["part of a call", "调用的一部分"],
  ["an answer cut short after", "半截回答，到"], ["cut short after", "没有说完，到"], ["nothing that is known", "听不懂的字节"],
  ["goes on", "接着来"], [/(\d+) bytes of noise/, "$1 字节杂音"], [/(\d+) bytes wait/, "还有 $1 字节等着"],
  [/(\d+) bytes/, "$1 字节"], ["wrong length", "长度不对"], ["its checksum is wrong", "校验不对"], ["wrong checksum", "校验不对"],
  // The identity card reader.
  ["find a card", "找卡"], ["select the card", "选卡"], ["read text, photo and fingerprint", "读文字、照片和指纹"],
  ["read text and photo", "读文字和照片"], ["read the newest address", "读最新住址"], ["how are you", "你好吗（状态）"],
  ["which module are you", "你是哪个模块"], ["no card, or one that was read", "没有卡，或者读过了"], ["a card was found", "找到一张卡"],
  ["the card was not selected", "卡没有选中"], ["the card is not genuine", "卡是假的"], ["a card of another kind", "别的种类的卡"],
  ["reading failed", "没有读成"], ["the self-test failed", "自检失败"], ["nothing stands there", "没有内容"],
  ["no such command", "没有这个命令"], ["a status that is not known", "不认识的状态"],
  // The smart card.
  ["which card are you (ATR)", "你是什么卡（ATR）"], ["power off", "断电"], ["power on", "上电"], ["reset", "复位"],
  ["SELECT application social security", "选应用：社会保障"], ["SELECT application", "选应用"], ["SELECT file", "选文件"],
  ["READ RECORD", "读记录"], ["GET RESPONSE", "取回答"], ["GET DATA: the number of the card", "取卡号"], ["READ BINARY block", "读数据块"],
  ["no such record", "没有这条记录"], ["not found", "没有找到"], ["not supported", "不支持"], ["nothing waits", "没有等着的回答"],
  ["no file is selected", "没有选文件"], ["wrong parameters", "参数不对"], ["no answer", "没有回答"],
  // The scan engine.
  ["read a code", "开始读码"], ["stop reading", "停止读码"], ["obeyed", "照办了"], ["keep the settings", "存下设置"],
  [/set ([0-9A-F]{4}) to/, "设 $1 为"], [/what stands at ([0-9A-F]{4})/, "问 $1 的设置"], [/^code /, "读到 "],
  // The receipt printer.
  ["a host is heard", "有主机连上"], ["all before this is on paper", "到这里都打在纸上了"], ["told by itself", "自己报告"], [/^I am /, "我是 "],
  ["paper near its end", "纸将尽"], ["how much paper", "纸还有多少"], ["which error", "有什么错"], ["why offline", "为什么脱机"],
  ["whole status", "完整状态"], ["cover open", "盖子开着"], ["paper out", "没纸"], ["paper jammed", "卡纸"], ["cutter stuck", "切刀卡住"],
  ["head too hot", "打印头过热"], ["offline", "脱机"], [/\bprinter\b/, "打印机状态"], [/\bwell\b/, "正常"], [/\berror\b/, "出错"],
  [/picture (\d+x\d+)/, "图像 $1"], [/feed (\d+) lines/, "走纸 $1 行"], [/feed (\d+) dots/, "走纸 $1 点"], [/\bcut\b/, "切纸"],
  [/(\d+) x /, "$1 次 "], ["initialise", "初始化"], [/\band\b/, "，"],
  ["automatic status", "自动报告状态"], ["line spacing", "行距"], ["alignment", "对齐"], ["underline", "下划线"], ["line feed", "换行"],
  [/\bwidth\b/, "宽"], [/\bheight\b/, "高"], [/\bbold\b/, "粗体"],
  // Cameras, the scanner, the page printer.
  [/^frame (\d+x\d+)/, "一帧画面 $1"], ["no frame", "不是画面"], ["image ends", "图像结束"], [/^image\b/, "图像"], [/\banswer\b/, "回答"],
  ["Get-Printer-Attributes", "问打印机怎么样"], ["Get-Job-Attributes", "问作业怎么样"], ["Create-Job", "新作业"],
  ["Send-Document", "送文件"], ["Cancel-Job", "取消作业"], [/status (0x[0-9a-f]{4})/, "$1"], [/\bjob (\d+)/, "作业 $1"],
  [/\bpending\b/, "等着"], [/\bprocessing\b/, "在打"], [/\bcompleted\b/, "打完了"], [/\bheld\b/, "等文件"],
  [/\baborted\b/, "放弃了"], [/\bcanceled\b/, "取消了"], [/\bnone\b/, "没有毛病"],
  [/\bdone\b/, "办好了"],
].map(([found, words]) => [found instanceof RegExp ? new RegExp(found, "g") : found, words]);

const SAID = /(“[^”]*”|'[^']*')/;

export function inChinese(means) {
  return means.split(SAID).map((part) => (SAID.test(part) ? part : PHRASES.reduce((text, [found, words]) => text.replaceAll(found, words), part))).join("");
}
