// What the visitors read: devices, states, faults and their parameters in Chinese. Ids stay as they are, in small type.

export const DEVICES = {
  identity_card_reader: "身份证读卡器",
  smart_card_reader: "社保卡读卡器",
  code_reader: "扫码器",
  document_camera: "拍摄台",
  document_scanner: "扫描仪",
  receipt_printer: "凭条打印机",
  page_printer: "A4 打印机",
  terminal: "整台终端",
};

export const SHORT = {
  identity_card_reader: "身份证",
  smart_card_reader: "社保卡",
  code_reader: "扫码",
  document_camera: "拍摄",
  document_scanner: "扫描",
  receipt_printer: "凭条",
  page_printer: "A4",
};

export const PAPERS = {
  "household-front": "户口簿首页",
  "household-member": "户口簿本人页",
  "social-security-card": "社保卡正面",
  "recent-photo": "近期照片",
  "blank-sheet": "白纸",
};

/** A fault's name, and what it does. */
export const FAULTS = {
  "printer.jam-after-cut": ["切纸后卡纸", "下一次切纸，纸片卡在出口。"],
  "printer.paper-near-end": ["纸将尽", "纸卷快用完了，还能打。"],
  "printer.paper-out": ["缺纸", "再走这么多毫米就没有纸了，打到一半也会停。"],
  "printer.cover": ["盖子打开", "有人打开了上盖。"],
  "printer.cutter": ["切刀卡住", "切刀回不来，清除之前什么也打不了。"],
  "printer.head-hot": ["打印头过热", "凉下来之前不打。"],
  "printer.no-answer": ["只打不答", "照样打印，但是什么也不回答。"],
  "printer.half-answer": ["答一半", "每个回答只来前一半。"],
  "printer.noise": ["线上有杂音", "每个回答都夹着没有意义的字节。"],
  "printer.slow": ["线路很慢", "收字节不会比这更快。"],
  "printer.unplugged": ["拔掉插头", "电源或连接线被拔掉。"],
  "reader.no-answer": ["不应答", "什么也不回答。"],
  "reader.half-frame": ["半截应答", "每个回答只来三分之二。"],
  "reader.wrong-checksum": ["校验不对", "每个回答的校验和都是错的。"],
  "reader.noise": ["线上有杂音", "每个回答之前有没有意义的字节。"],
  "reader.slow": ["线路很慢", "每个字节按这个波特率走。"],
  "reader.late": ["回答来得晚", "每个回答都晚这么久。"],
  "reader.self-test": ["安全模块自检失败", "读卡器说安全模块没有通过自检。"],
  "reader.unplugged": ["拔掉插头", "电源或连接线被拔掉。"],
  "card.pulled": ["卡片半路拿走", "回答走到这么多字节时，卡离开感应区。"],
  "card.two": ["同时放了两张卡", "感应区里有两张，一张也选不中。"],
  "card.wrong": ["别的种类的卡", "这台读卡器读不了的卡。"],
  "card.not-genuine": ["卡与模块互不相认", "认证通不过。"],
  "card.torn": ["芯片文字残缺", "有一部分文字读不懂。"],
  "smartcard.pulled": ["卡片半路拔出", "回答了这么多条命令之后，卡被拔出来。"],
  "smartcard.mute": ["卡不说话", "卡片什么也不回答。"],
  "smartcard.unplugged": ["读卡器不见了", "插头被拔掉。"],
  "smartcard.service-restart": ["智能卡服务重启", "服务结束，又重新开始。"],
  "smartcard.service-down": ["智能卡服务停了", "服务没有在运行。"],
  "scanner.double-fire": ["一码读两遍", "每个码来两次。"],
  "scanner.no-answer": ["不应答", "不回答，也不读码。"],
  "scanner.half-code": ["半截码", "每个码只来前一半，没有结尾。"],
  "scanner.noise": ["线上有杂音", "每个码之前有没有意义的字节。"],
  "scanner.hostile": ["恶意的码", "来的是一个存心捣乱的码。"],
  "scanner.slow": ["线路很慢", "每个字节按这个波特率走。"],
  "scanner.unplugged": ["拔掉插头", "电源或连接线被拔掉。"],
  "camera.stale": ["画面停住", "一直是同一帧，没有新的画面。"],
  "camera.glare": ["反光", "灯影挡住了一块。"],
  "camera.dark": ["太暗", "光线不够。"],
  "camera.blurred": ["模糊", "镜头没有对上焦。"],
  "camera.unplugged": ["拔掉插头", "连接线被拔掉。"],
  "sheets.jam": ["进纸卡住", "再进这么多张以后卡纸，扫好的页都在。"],
  "sheets.cover": ["上盖打开", "有人打开了扫描仪的盖子。"],
  "sheets.busy": ["被别的程序占用", "扫描仪正忙。"],
  "sheets.io-error": ["读写错误", "扫描中途出错。"],
  "sheets.no-memory": ["内存不足", "扫描仪说内存不够。"],
  "sheets.denied": ["没有权限", "扫描仪不让本程序使用。"],
  "sheets.no-answer": ["不应答", "什么也不回答。"],
  "sheets.slow": ["扫得很慢", "每页要这么多秒。"],
  "sheets.unplugged": ["拔掉插头", "电源或网线被拔掉。"],
  "pages.jam": ["卡纸", "纸卡在里面。"],
  "pages.paper-out": ["缺纸", "再出这么多张就没有纸了。"],
  "pages.paper-low": ["纸将尽", "纸盒里快没有纸了。"],
  "pages.toner-low": ["墨粉将尽", "还能打，快换了。"],
  "pages.toner-out": ["墨粉用完", "换之前什么也打不了。"],
  "pages.cover": ["门打开", "有人打开了打印机的门。"],
  "pages.tray-full": ["出纸盘满", "取走之前不再出纸。"],
  "pages.paused": ["暂停", "打印机被人按了暂停。"],
  "pages.busy": ["正忙", "在打别人的作业。"],
  "pages.never-prints": ["收了不打", "收下作业，却一直不打。"],
  "pages.aborts": ["中途放弃", "作业打到一半被放弃。"],
  "pages.refuses": ["拒收", "不收这份文件。"],
  "pages.counts-nothing": ["打完不报张数", "说打完了，没有说出了几张。"],
  "pages.no-answer": ["不应答", "连得上，什么也不回答。"],
  "pages.slow": ["打得很慢", "每张纸要等很久。"],
  "pages.unplugged": ["拔掉插头", "电源或网线被拔掉。"],
  "power.cut": ["断电", "终端在这一步突然没有电。"],
};

export const MOMENTS = {
  now: "现在",
  "next-job": "下次打印",
  "next-read": "下次读卡",
  "next-code": "下次扫码",
  "next-scan": "下次扫描",
  "next-page": "下次拍摄",
};

export const PARAMETERS = {
  after_mm: "再走",
  bytes: "杂音",
  baud: "速度",
  for_s: "持续",
  by_s: "晚",
  after_bytes: "走到",
  after_apdus: "答完",
  after_sheets: "再过",
  page_s: "每页",
  sheet_s: "每张",
  kind: "哪一种",
  at: "在哪一步",
};

/** The verbs of a scenario's steps; what follows them stays as it is written. */
export const VERBS = {
  wait: "等到", touch: "点字", tap: "点", keys: "按键", sign: "签名", read_on: "往下翻到",
  card: "身份证", smart_card: "社保卡", paper: "拍摄台", sheets: "进纸器", glass: "玻璃板", code: "扫码",
  roll: "纸卷", cover: "打印机盖", slip: "凭条", plug: "插上", unplug: "拔掉", platform: "平台",
  fault: "故障", clear: "恢复", read_codes: "读码", advance: "时间走", expect: "核对", picture: "拍照留存",
};

const UNITS = [
  [/until cleared/, "秒，0 为直到关掉"],
  [/seconds?/, "秒"],
  [/mm/, "毫米"],
  [/bytes?/, "字节"],
  [/baud/, "波特"],
  [/commands?/, "条命令"],
  [/sheets?|pages?/, "张"],
];
export const unit = (english) => UNITS.find(([pattern]) => pattern.test(english))?.[1] ?? english;

/** What stands beside a device's lamp, by the code of its fault. */
const LAMPS = {
  unplugged: "断开了",
  silent: "不应答",
  not_working: "有故障",
  photo_decoder: "没有照片",
  lifted: "拿早了",
  unreadable: "没读出来",
  unsupported: "不认识",
  two: "有两张卡",
  busy: "正忙",
  away: "服务停了",
  removed: "拔早了",
  frozen: "画面停住",
  no_page: "没看清纸",
  denied: "没有权限",
  no_memory: "内存不足",
  no_sheets: "没有纸",
  jammed: "卡纸了",
  cover_open: "盖子开着",
  paper_out: "没纸了",
  paper_low: "纸快完了",
  cutter: "切刀卡住",
  head_hot: "太热了",
  slip_waiting: "凭条没取",
  tray_full: "出纸满了",
  toner_low: "墨粉将尽",
  toner_out: "没墨粉了",
  paused: "暂停了",
  refused: "拒收",
  cancelled: "作业取消",
  unconfirmed: "没有回音",
};

const STATES = {
  online: ["good", "就绪"],
  starting: ["waiting", "正在准备"],
  userError: ["attention", "要人处理"],
  hardwareError: ["fault", "有故障"],
  noDevice: ["fault", "断开了"],
};

/** How a device is, as one sees it: `[tone, words]`; tones are good, attention, fault, waiting, absent. */
export function lampOf(device, state) {
  const simulated = state.devices?.[device];
  if (!simulated) return ["absent", "没有装"];
  const told = state.terminal?.devices?.[device];
  if (!told) return simulated.plugged === false ? ["fault", "断开了"] : ["waiting", "还没有用过"];
  const [tone, words] = STATES[told.state] ?? ["waiting", told.state];
  const code = told.faults?.[0]?.code;
  if (!code) return [tone, words];
  return [tone === "good" ? "attention" : tone, LAMPS[code.split(".").at(-1)] ?? words];
}

/** What one can do next, by the page that stands on the terminal. */
export const HINTS = {
  idle: "终端没有人用。点一点屏幕，就开始办事。",
  home: "在屏幕上选一个事项。",
  guide: "看完指南，按右下角的按钮。",
  identify: "终端在等身份证：点左边的身份证，它就放到读卡区。",
  question: "在屏幕上回答；身份证可以拿起来了。",
  capture: "在拍摄台放一张材料，或在屏幕上选用扫描仪。",
  scan: "把材料放进进纸器，或放到玻璃板上，再按屏幕上的按钮。",
  pagesTaken: "看看拍好的页，可以重拍、换次序、删掉。",
  printing: "A4 打印机在打，纸从出纸盘出来。",
  check: "核对，没错就去签名。",
  sign: "按住鼠标，在框里签名。",
  done: "办好了。凭条从出纸口出来，点它取走。",
  goodbye: "拿好东西，再见。",
  sealing: "正在存下申请，不用动手。",
  awaiting: "正在等平台收件，不用动手。",
  notEligible: "这张证件办不了这件事：换个人，或在屏幕上看看怎么办。",
  signByCard: "终端在等卡：把证件放到读卡区。",
  outOfService: "终端现在不能用：看看哪一台设备亮着红灯。",
};
