/** What announces numbers of people in Chinese, Japanese, Korean and Thai, which put no space between words or add to them. */
import type { Kind } from '../kinds.ts';

/** Without the word for "number" behind each. */
const STEMS: readonly (readonly [Kind, string])[] = [
  ['passport', '护照 護照 旅券 パスポート 여권 หนังสือเดินทาง พาสปอร์ต'],
  [
    'plate',
    '车牌 車牌 車號 车号 車両 車輌 車輛 車番 ナンバー ナンバープレート 차량 차번호 자동차 번호판 ทะเบียน ทะเบียนรถ ป้ายทะเบียน 车架 車架 車台 車身 引擎 发动机 차대 ตัวถัง เลขตัวถัง',
  ],
  [
    'device',
    '序列 序列号 序號 设备 設備序 シリアル 製造 機器 일련 시리얼 기기 เครื่อง ซีเรียล ซีเรียลนัมเบอร์ 助听器 助聽器 補聴器 보청기 起搏器 心律調節器 ペースメーカー 血糖仪 血糖機 혈당계 인공심박동기',
  ],
  [
    'health_plan',
    '医保 医保卡 醫保 社保 社保卡 健保卡 健保 保单 保單 保险单 參保 参保 投保 被保险人 保険証 保険者 被保険者 保険証券 記号 記号・ 証券 介護保険 受給者 건강보험 건강보험증 보험증 의료보험 보험증권 증권 피보험자 실비보험 กรมธรรม์ กรมธรรม์สุขภาพ ประกันสุขภาพ บัตรทอง ประกันสังคม',
  ],
  [
    'medical_record',
    '病历 病案 住院 住院号 門診 门诊 病歷 就诊卡 就诊 就診 就醫 診察券 診察カード カルテ 患者 患者ID 検体 檢體 标本 標本 样本 个案 個案 病理 检验 檢驗 차트 환자 병록 검체 진료카드 진찰권 환자등록 ผู้ป่วย ประจำตัวผู้ป่วย เวชระเบียน ผู้ป่วยใน ผู้ป่วยนอก เอชเอ็น',
  ],
  [
    'national_id',
    '身份证 身份證 身分證 身分證字 身分證統一 居留证 居留證 公民身份 纳税人识别 税号 マイナンバー 個人 在留カード 基礎年金 年金 주민등록 주민 외국인등록 등록외국인 บัตรประชาชน ประจำตัวประชาชน บัตรประจำตัวประชาชน ผู้เสียภาษี ประจำตัวผู้เสียภาษี',
  ],
  [
    'licence',
    '驾驶证 驾照 驾驶执照 駕照 駕駛執照 駕駛證 执业证 執業證 执业证书 執業證書 执业医师 執業執照 執照 執照字 藥字 藥師字 醫字 醫師字 護理字 護字 律师证 律師證 资格证 資格證 教师资格证 护士证 護士證 从业资格 許可證 許可证 免許証 免許 運転免許 医籍 医籍登録 看護師籍 薬剤師 弁護士登録 許可 면허 면허증 운전면허 의사면허 약사면허 간호사면허 자격증 자격 변호사등록 ใบขับขี่ ใบอนุญาต ใบอนุญาตขับขี่ ใบประกอบวิชาชีพ ใบประกอบโรคศิลปะ ใบอนุญาตว่าความ',
  ],
  [
    'account',
    '账号 账户 帳號 帳戶 卡号 卡號 银行卡 储蓄卡 銀行帳號 口座 普通 普通預金 普通口座 当座 貯蓄 銀行 银行 계좌 계좌번호 통장 은행 뱅크 บัญชี เลขบัญชี เลขที่บัญชี ธนาคาร พร้อมเพย์ กสิกร',
  ],
  [
    'code',
    '工号 工號 员工 員工 员编 員編 職員 职工 職工 学号 學號 学籍 学生 学生証 学生证 學生證 學生 客户 客戶 会员 會員 会員 会員証 会员卡 會員卡 社員 従業員 お客様 顧客 契約 合同 借閱證 借书证 读者证 讀者證 考生 准考证 准考證 受験 図書カード 利用者 利用者カード 工作证 案号 案號 事件 整理 사번 사원 직원 학번 학생 고객 회원 수험 계약 조합원 사건 선수 군번 아이디 รหัสนักศึกษา นักศึกษา รหัสนักเรียน นักเรียน รหัสพนักงาน พนักงาน รหัสลูกค้า ลูกค้า สมาชิก รหัสสมาชิก ผู้สมัคร ผู้สมัครสอบ คดี คดีหมายเลขดำ',
  ],
];

/** What has its numbers from shops and carriers, makers and shelves: nobody's. */
const OF_THINGS =
  '订单 訂單 注文 予約 预约 預約 예약 주문 发票 發票 領収書 收据 영수증 송장 운송장 快递 快遞 运单 宅配 伝票 批号 批號 批次 型号 型號 品番 商品 상품 제품 청구기호 ロット ฉบับ คำสั่งซื้อ ใบเสร็จ การจอง เลขพัสดุ คิว 电话 電話 전화 โทร โทรศัพท์ 邮编 郵便 우편 รหัสไปรษณีย์ 座位 窗口 航班 车次 版本 バージョン 버전 เวอร์ชัน 密码 密碼 验证码 驗證碼 暗証 パスワード 비밀번호 인증번호 รหัสผ่าน';

const stems = new Map<string, Kind | 'nobody'>();
for (const [kind, list] of STEMS) for (const stem of list.split(' ')) stems.set(stem, kind);
for (const stem of OF_THINGS.split(' ')) stems.set(stem, 'nobody');
const [SHORTEST, LONGEST] = [2, 18];

/** Small words and signs between, and words for "number". */
const LINK = /(?:[\s:：=「『"“(（«、第]|は|が|を|も|の|为|為|是|는|은|이|가|을|를|คือ|ว่า|[ก-ฮ]\.)$/u;
const NUMBER =
  /(?:号码|號碼|番号|번호|编号|編號|号|號|字號|No\.?|ID|เลขที่|หมายเลข|เลข|รหัส|นัมเบอร์|\u0e17\u0e35\u0e48)$/iu;
const MOST_LINKS = 8;

export interface Announcement {
  kind: Kind | 'nobody';
  /** A word for "number" stands between. */
  isNumbered: boolean;
  /** Characters between the word and the number that say neither. */
  apart: number;
}

/** What the nearest such word within reach says of a number that stands behind a text. */
export function announcedUnspaced(before: string, reach: number): Announcement | undefined {
  let end = before.length;
  let isNumbered = false;
  for (let count = 0; count < MOST_LINKS; count++) {
    const rest = before.slice(0, end);
    const kind = stemAt(rest);
    if (kind !== undefined) return { kind, isNumbered, apart: 0 };
    const number = NUMBER.exec(rest);
    const link = number ?? LINK.exec(rest);
    if (link === null) break;
    if (number !== null) isNumbered = true;
    end -= link[0].length;
  }
  for (let apart = 1; apart <= reach && end - apart >= SHORTEST; apart++) {
    if (/[\d。！？!?;；]/.test(before[end - apart])) return undefined;
    const rest = before.slice(0, end - apart);
    const number = NUMBER.exec(rest);
    const kind = stemAt(number === null ? rest : rest.slice(0, number.index));
    if (kind !== undefined) return { kind, isNumbered: isNumbered || number !== null, apart };
  }
  return undefined;
}

/** What the longest word at a text's end announces. */
function stemAt(text: string): Kind | 'nobody' | undefined {
  for (let length = Math.min(LONGEST, text.length); length >= SHORTEST; length--) {
    const kind = stems.get(text.slice(-length));
    if (kind !== undefined) return kind;
  }
  return undefined;
}
