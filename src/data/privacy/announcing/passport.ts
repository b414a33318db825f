/** Passports and other documents to travel with. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'passport',
  own: `passport~, travel document~, laissez passer, travel paper~, travel doc
reisepass~, passnummer, passnr, pass nr, pass nummer, reisedokument~, reiseausweis~
passeport~, titre de voyage, document de voyage
pasaporte~, documento de viaje
passaporto~, passaporti, documento di viaggio
passaporte~, documento de viagem
paspoort~, reisdocument~
paszport~, dokument podróży, dokumentu podróży
passnummer, passnr, passet, resedokument~
pässe, pässen, passes nr, pasnummer, pasnr, reisedokument~, passi, passin numero, passinumero, cestovní pas, cestovný pas, číslo pasu, útlevél~, pașaport~, pasaport~, putovnica~, putovnice, potni list`,
  about: `pass, passes, visa, visum, visto, visado`,
};
