/** Accounts, loans, cards of customers at banks. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'account',
  own: `laina, lainan numero, cheque acc, chequing acc, savings acc, savings acct, acct, acc, a/c, acc no, iban, account number, account no, standing order
kontonummer~, kontonr, kto, ktonr, depotnummer, darlehensnummer, kreditnummer, sparbuch~, bausparvertrag~
rib, numéro de compte, n de compte, numéro de prêt
número de cuenta, n de cuenta, clabe, ccc, código de cuenta
numero di conto, numero del conto, coordinate bancarie, libretto postale
número da conta, n da conta, nib
rekeningnummer, rekeningnr, rek nr, hypotheeknummer, leningnummer, banknummer
numer konta, nr konta, numer rachunku, nr rachunku, nrb, rachunek nr
kontonummer, bankgiro~, plusgiro~, bg, pg, lånenummer
kontonr, konto nr, tilinumero~, tilinro, reikningsnúmer, arveldusarve, pangakonto, konto numurs, konta nr, bankas konts, sąskaitos nr, sąskaitos numeris, banko sąskait~, číslo účtu, č účtu, bankovní účet, bankový účet, számlaszám~, bankszámla~, bankszámlaszám~, cont bancar, număr cont, nr cont, contul, hesap no, hesap numarası, müşteri hesap, broj računa, žiro račun, tekući račun, transakcijski račun, številka računa, llogari~, numri i llogarisë
número de compte, compte bancari, kontu zk, no rekening, nomor rekening, rekening, no rek, norek, no akaun, nombor akaun, số tài khoản, stk, số tk, account no po, numero ng account, nambari ya akaunti, akaunti, rekeningnommer, rekeningnr, a c no, khata no, khaata, khata number, nuban, acc number, mpesa, till no, paybill
αριθμός λογαριασμού, αρ λογαριασμού, λογαριασμός, λογαριασμό, номер счета, номер счёта, расчетный счет, расчётный счёт, лицевой счет, рахунок, номер рахунку, сметка, رقم الحساب, حسابي, شماره حساب, شماره شبا, شبا, מספר חשבון, חשבון בנק, खाता संख्या, खाता नंबर, 账号, 账户, 银行账号, 帳號, 銀行帳號, 卡号, 口座番号~, 普通預金, 계좌번호~, 계좌, เลขที่บัญชี, เลขบัญชี
acc, acc nos, uan, ppf, pf no, pf account, epf, demat~, dp id, folio no, roll number account, building society, checks drawn on, drawn on, super member, super account, superannuation~, tfsa, rrsp, bank acct, acct number, accno, iban no, current account, cheque account, chequing account, savings acct, loan acct, loan id, loan no, mortgage no, facility number, pension account, client account, trading account, brokerage acct, nominee account, wallet id, wallet address, btc address, bitcoin address, upi, upi id, vpa
postkonto, pc konto, postcheckkonto, verrechnungskonto, girokonto, tagesgeldkonto, festgeldkonto, kreditkonto, kreditvertrag~, darlehenskonto, darlehensvertrag~, depotkonto, wertpapierdepot, geschäftskonto, privatkonto, gehaltskonto, bankkonto, kontonr alt, bausparkonto, leasingvertrag~, riester~, rentenvertrag~, esr teilnehmer
numéro de livret, livret a, compte titres, compte chèques, compte chèque, compte courant, compte épargne, compte bancaire, ccp, pea, assurance vie, numéro de crédit, numéro d emprunt, compte joint, compte client banque, perp, plan d épargne
cta, cta cte, cta ahorro, cc, cuenta corriente, cuenta de ahorro, cuenta de ahorros, cuenta bancaria, caja de ahorro, cbu, cvu, clabe interbancaria, número de préstamo, número de crédito, alias cbu, plan de pensiones, cuenta sueldo, cuenta vista, cuenta rut, cci, fondo de inversión
conto corrente, c c, cc, conto corrente postale, ccp, numero conto, conto deposito, conto titoli, deposito titoli, rapporto n, numero rapporto, numero mutuo, mutuo n, finanziamento n, prestito n, libretto n, postepay, numero di rapporto, dossier titoli
conta corrente, conta poupança, conta salário, c c, cc, conta bancária, chave pix, pix, pix chave, número da conta corrente, conta de depósito, conta à ordem, conta a ordem, contrato de empréstimo, contrato de financiamento, financiamento n, previdência privada, título de capitalização, conta digital
bankrekening~, zichtrekening~, spaarrekeningnummer, spaarrek, girorekening~, lening nr, leningnr, hypotheeknr, kredietnummer, beleggingsrekening~, contractnummer lening, effectenrekening~, pensioenpolis
nr r k, r k, rach, rach nr, nr rach, konto bankowe, numer konta bankowego, rachunek bankowy, nr rachunku bankowego, nr kredytu, numer kredytu, umowa kredytowa, umowa kredytu, nr pożyczki, numer pożyczki, numer lokaty, nr lokaty, rachunek maklerski, ike, ikze
bankkonto, lönekonto, personkonto, sparkonto, kontonummer, lånenr, lån nr, bolånenr, depånummer, depånr, isk, aktiedepå, utbetalningskonto, kreditkonto, privatkonto
kontonr, konto nummer, reg nr og konto, lånenr, lånenummer, låne nr, lønkonto, lønnskonto, sparekonto, brukskonto, nemkonto, budgetkonto, opsparingskonto, depotnr, depotnummer, bankkonto, bsu, giro, girokort, fik, kredittkonto, kreditkonto
č ú, čú, účet č, účet, účtu, č účtu, běžný účet, spořicí účet, bankovní spojení, úvěr č, č úvěru, číslo úvěru, úvěrová smlouva, smlouva o úvěru, číslo smlouvy o úvěru, hypotéka č, stavební spoření, penzijní spoření, majetkový účet, kontokorent, účet čísla, č smlouvy o úvěru
hesap, banka hesabı, hesabım, mevduat hesabı, vadesiz hesap, kredi no, kredi numarası, kredi sözleşme no, ek no, müşteri ek no, maaş hesabı, bes sözleşme no, yatırım hesabı
тилине, расчетн~ счет~, лицев~ счет~, р с, л с, банковск~ карт~, особов~ рахун~, розрахунков~ рахун~, банківськ~ рахун~, номер карты для перевода, חשבון, לחשבון, חשבון מס, מס חשבון, מספר החשבון, חשבוני, حساب رقم, رقم حسابي, حساب بنكي, الحساب البنكي, الآيبان, حسابنا رقم, खाते, खाता, खाते में, अकाउंट, अकाउंट नंबर, खाता क्रमांक, tài khoản, rekening~, rek, folyószámla~, contul bancar, contul nr, τραπεζικός λογαριασμός, αριθμός λογ`,
  about: `escrow~, ira, 401k, pension~, annuity, debit~, credit card, deposit~, withdrawal~, account~, loan~, mortgage~, savings, checking, brokerage, credit line, overdraft, bank, giro, lender, deposit, portfolio, wallet, ledger
konto, kontos, konten, girokonto~, sparkonto, tagesgeld~, depot~, darlehen~, kredit~, hypothek~, überweisung~, lastschrift~, einzug~
prélev~, débit~, retrait~, retraite, compte~, crédit, prêt~, emprunt~, livret~, virement~, prélèvement~, hypothèque
cargo, cargue, débito, cuenta~, préstamo~, hipoteca~, hipotecario, crédito~, transferencia~, libreta~, domiciliación
conto, conti, mutuo, mutui, prestito, prestiti, finanziamento~, bonifico~, libretto, addebito, addebit~
conta, contas, empréstimo~, financiamento~, poupança, caderneta, transferência~, hipoteca, débito
rekening~, hypotheek~, lening~, spaarrekening~, krediet~, overboeking~, incasso~
konto, konta, koncie, kontem, rachunek, rachunku, rachunkiem, kredyt~, pożyczk~, przelew~, książeczka~, lokat~
konto, kontot, kontonr, lån, lånet, sparkonto~, bolån~, kredit~, autogiro, överföring~
current account, chequing, bank account, annuity
sparbuch, tagesgeld, leasing~, bauspar~
livret, épargne, chèques, titres
cuenta, ahorro~, cta, inversión
corrente, deposito, postale, titoli
corrente, poupança, depósito
spaar~, krediet, betaalrekening
kredytu, maklersk~, rachun~
kontonummer, låne~, depå~
låne~, lån, lånet, depot~, opsparing~, sparing~
účet, účtu, úvěr~, hypot~, spoření, spořic~, bankovn~
hesap, hesab~, kredi~, mevduat
счет~, счёт~, рахунок, рахунку, λογαριασμ~, حساب, الحساب, لحساب, बैंक, tili, tilille, tililtä, számla, számlára, bankszámla~, cont, contul, gtbank, gtb, zenith, zenith bank, access bank, first bank, uba, fidelity bank, opay, palmpay, kuda, moniepoint, sterling bank, fcmb, ecobank, stanbic, fnb, absa, capitec, nedbank, standard bank, tymebank, equity bank, kcb, co op bank, ncba, mpesa, posb, dbs, uob, ocbc, maybank, cimb, bpi, bdo, metrobank, landbank, gcash, bca, bri, bni, mandiri, bsi, vietcombank, vcb, techcombank, vpbank, tpbank, agribank, bidv, sacombank, sbi, hdfc, icici, pnb, axis bank, aib, permanent tsb, ptsb, credit union, kh bank, banca transilvania, btrl, bcr, ziraat, garanti, akbank, yapi kredi, isbank, sberbank, сбер~, тинькофф~, альфа банк~, приватбанк~, монобанк~, ощадбанк~, אלראג'חי, לאומי, הפועלים, דיסקונט, الراجحي, الأهلي, بنك, مصرف`,
};
