/** Numbers that nothing but a word beside them gives away, in languages and scripts of many countries. */
import { describe, expect, it } from 'vitest';
import { found } from './found.ts';

describe('numbers behind announcing words', () => {
  it.each([
    ['Hộ chiếu số B4417220 hết hạn', 'passport: B4417220'],
    ['Nomor paspor: A4417220', 'passport: A4417220'],
    ['رقم جواز السفر: K4417220', 'passport: K4417220'],
    ['护照号码：G44172205', 'passport: G44172205'],
    ['여권번호: M44172205', 'passport: M44172205'],
    ['Vairuotojo pažymėjimas nr. 04417220', 'licence: 04417220'],
    ['運転免許証番号：441722051234', 'licence: 441722051234'],
    ['Osebna izkaznica št. 004417220', 'national_id: 004417220'],
    ['תעודת זהות: 044172205', 'national_id: 044172205'],
    ['Номер карты пациента: 4417220', 'medical_record: 4417220'],
    ['Hasta no: 4417220', 'medical_record: 4417220'],
    ['No rekam medis 00441722', 'medical_record: 00441722'],
    ['Číslo pojistné smlouvy: 4417220519', 'health_plan: 4417220519'],
    ['номер полиса 4417220519', 'health_plan: 4417220519'],
    ['Číslo účtu: 19-4417220519', 'account: 19-4417220519'],
    ['Nambari ya akaunti: 0144172205', 'account: 0144172205'],
    ['Ügyfélszám: 44172205', 'code: 44172205'],
    ['Cod client: 44172205', 'code: 44172205'],
    ['Αριθμός πελάτη: 44172205', 'code: 44172205'],
    ['ग्राहक संख्या: 44172205', 'code: 44172205'],
    ['社員番号は 441722 です', 'code: 441722'],
    ['Asiakasnumero 44172205', 'code: 44172205'],
    ['Sarjanumero: XK44172205', 'device: XK44172205'],
    ['перевести на счёт 41172205311700', 'account: 41172205311700'],
    ['חשבון 417220 על שם אמא', 'account: 417220'],
    ['pay it to GTBank 0441722051 today', 'account: 0441722051'],
    ['नीलम के खाते 0441722051334 में', 'account: 0441722051334'],
    ['по лицензии ЛО-77-01-441722', 'licence: ЛО-77-01-441722'],
    ['адвокат, свідоцтво КВ-4417', 'licence: КВ-4417'],
    ['dr. Nagy pecsétszáma 44172', 'licence: 44172'],
    ['journalnumret är 44-17220 men', 'medical_record: 44-17220'],
    ['laillistusnumero 44172', 'licence: 44172'],
    ['autorisations-ID 07TKM', 'licence: 07TKM'],
    ['رقم مزاولة المهنة ط/44172', 'licence: ط/44172'],
    ['Nurse Aisyah (SNB RN-244172) came', 'licence: RN-244172'],
    ['ИБ № 4417/25-к', 'medical_record: 4417/25-к'],
    ['mã bệnh nhân 44.172205', 'medical_record: 44.172205'],
    ['מספר פוליסת הסיעוד: 6441722-8', 'health_plan: 6441722-8'],
    ['بطاقة هوية وطنية 1044172117', 'national_id: 1044172117'],
    ['श्रवण यंत्र सीरियल HA441722 खराब', 'device: HA441722'],
    ['Студ. билет: ИС-20-0441', 'code: ИС-20-0441'],
    ['Η υπόθεση πήρε ΓΑΚ 44172/2025', 'code: 44172/2025'],
    // What is written as a number that was announced is another of its kind.
    ['kortti KU-0417, tiistai Fatima (KU-4172)', 'code: KU-4172'],
  ])('finds %s', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it.each([
    'Strana 44172 katalogu',
    'Toplam 44172 adet',
    'на сумму 44172 рубля',
    'Halaman 44172 dari 50000',
    'παραγγελία #44172',
    'Рахунок-фактура СФ-0441 виписана',
    'comanda 441722 nu a ajuns',
    'Versi 44.172 sudah keluar',
    'договір купівлі № 2025/441',
  ])('leaves %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('numbers that answer what was asked in the line above', () => {
  it.each([
    ['— Adóazonosító?\n— 8132810198.', 'national_id: 8132810198'],
    ['Agent: Noted. Discovery membership?\nCaller: 117358562.', 'health_plan: 117358562'],
    ['— Mulțumesc. Codul de client?\n— C-874410, soțul meu', 'code: C-874410'],
    ['Policy number:\n40077120', 'health_plan: 40077120'],
  ])('finds %s', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it.each([
    '— Hány darab?\n— 8132810.',
    'Agent: Order number?\nCaller: 117358562.',
    'Is your policy number at hand?\n\nThe sum is 40077120',
  ])('leaves %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
