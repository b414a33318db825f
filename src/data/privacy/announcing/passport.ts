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
passnummer, passnr, passet, resedokument~`,
  about: `pass, passes, visa, visum, visto, visado`,
};
