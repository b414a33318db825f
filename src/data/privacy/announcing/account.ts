/** Accounts, loans, cards of customers at banks. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'account',
  own: `acct, a/c, acc no, sort code, routing, aba, iban, bic, swift, ifsc, bsb, account number, account no, standing order
kontonummer~, kontonr, kto, ktonr, blz, bankleitzahl, depotnummer, darlehensnummer, kreditnummer, sparbuch~, bausparvertrag~, mandatsreferenz, gläubiger
rib, code banque, code guichet, clé rib, numéro de compte, n de compte, numéro de prêt
número de cuenta, n de cuenta, clabe, ccc, código de cuenta
numero di conto, numero del conto, abi, cab, cin, coordinate bancarie, libretto postale
número da conta, n da conta, nib, agência, código bancário
rekeningnummer, rekeningnr, rek nr, hypotheeknummer, leningnummer, banknummer
numer konta, nr konta, numer rachunku, nr rachunku, nrb, rachunek nr
kontonummer, clearingnummer, clearing nr, bankgiro~, plusgiro~, bg, pg, lånenummer, ocr
kontonr, konto nr, regnr og kontonr, tilinumero~, tilinro, reikningsnúmer, arveldusarve, pangakonto, konto numurs, konta nr, bankas konts, sąskaitos nr, sąskaitos numeris, banko sąskait~, číslo účtu, č účtu, bankovní účet, bankový účet, variabilní symbol, számlaszám~, bankszámla~, bankszámlaszám~, cont bancar, număr cont, nr cont, contul, hesap no, hesap numarası, müşteri hesap, broj računa, žiro račun, tekući račun, transakcijski račun, številka računa, llogari~, numri i llogarisë
número de compte, compte bancari, kontu zk, no rekening, nomor rekening, rekening, no rek, norek, no akaun, nombor akaun, số tài khoản, stk, số tk, account no po, numero ng account, nambari ya akaunti, akaunti, rekeningnommer, rekeningnr, a c no, khata no, khaata, khata number, nuban, acc number, mpesa, till no, paybill
αριθμός λογαριασμού, αρ λογαριασμού, λογαριασμός, λογαριασμό, номер счета, номер счёта, расчетный счет, расчётный счёт, лицевой счет, рахунок, номер рахунку, сметка, رقم الحساب, حسابي, شماره حساب, شماره شبا, شبا, מספר חשבון, חשבון בנק, खाता संख्या, खाता नंबर, 账号, 账户, 银行账号, 帳號, 銀行帳號, 卡号, 口座番号~, 普通預金, 계좌번호~, 계좌, เลขที่บัญชี, เลขบัญชี`,
  about: `escrow~, ira, 401k, pension~, annuity, debit~, credit card, deposit~, withdrawal~, account~, loan~, mortgage~, savings, checking, brokerage, credit line, overdraft, bank, giro, lender, deposit, portfolio, wallet, ledger
konto, kontos, konten, girokonto~, sparkonto, tagesgeld~, depot~, darlehen~, kredit~, hypothek~, überweisung~, lastschrift~, einzug~
prélev~, débit~, retrait~, retraite, compte~, crédit, prêt~, emprunt~, livret~, virement~, prélèvement~, hypothèque
cargo, cargue, débito, cuenta~, préstamo~, hipoteca~, hipotecario, crédito~, transferencia~, libreta~, domiciliación
conto, conti, mutuo, mutui, prestito, prestiti, finanziamento~, bonifico~, libretto, addebito, addebit~
conta, contas, empréstimo~, financiamento~, poupança, caderneta, transferência~, hipoteca, débito
rekening~, hypotheek~, lening~, spaarrekening~, krediet~, overboeking~, incasso~
konto, konta, koncie, kontem, rachunek, rachunku, rachunkiem, kredyt~, pożyczk~, przelew~, książeczka~, lokat~
konto, kontot, kontonr, lån, lånet, sparkonto~, bolån~, kredit~, autogiro, överföring~`,
};
