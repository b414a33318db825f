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
kontonummer, clearingnummer, clearing nr, bankgiro~, plusgiro~, bg, pg, lånenummer, ocr`,
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
