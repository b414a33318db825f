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
paszport~, paszporci~, dokument podróży, dokumentu podróży
passnummer, passnr, passet, resedokument~
pässe, pässen, passes nr, pasnummer, pasnr, reisedokument~, passi, passin numero, passinumero, cestovní pas, cestovný pas, číslo pasu, útlevél~, pașaport~, pasaport~, putovnica~, putovnice, potni list
vegabréf~, vegabréfsnúmer, passi nr, pases nr, pases numurs, pase, paso nr, paso numeris, pasas, pasą, číslo pasu, číslo cestovného pasu, cestovného pasu, cestovního pasu, útlevélszám~, nr pașaport, pașaportul~, pasaport no, pasaport numarası, broj putovnice, broj pasoša, pasoš~, številka potnega lista, potnega lista
passaport, passaport núm, pasaporte zk, numri i pasaportës, pasaporta, paspor~, nomor paspor, no paspor, no pasport, pasport, hộ chiếu~, số hộ chiếu, pasaporte blg, pasipoti, nambari ya pasipoti, paspoortnommer
διαβατήρι~, αριθμός διαβατηρίου, αρ διαβατηρίου, паспорт~, номер паспорта, загранпаспорт~, серия и номер паспорта, закордонний паспорт, جواز سفر, جواز السفر, رقم الجواز, رقم جواز السفر, پاسپورت, گذرنامه, شماره گذرنامه, דרכון, מספר דרכון, पासपोर्ट, पासपोर्ट संख्या, पासपोर्ट नंबर, 护照, 护照号, 护照号码, 護照號碼, 護照, パスポート~, 旅券番号~, 여권~, หนังสือเดินทาง, เลขที่หนังสือเดินทาง
جواز, پاسپورٹ, പാസ്പോർട്ട്, பாஸ்போர்ட், கடவுச்சீட்டு, పాస్‌పోర్ట్, పాస్పోర్ట్, ಪಾಸ್‌ಪೋರ್ಟ್, ಪಾಸ್ಪೋರ್ಟ್, পাসপোর্ট, પાસપોર્ટ, ਪਾਸਪੋਰਟ, ගමන් බලපත්‍රය, ගමන් බලපත්රය, राहदानी, พาสปอร์ต, ໜັງສືຜ່ານແດນ, លិខិតឆ្លងដែន, နိုင်ငံကူးလက်မှတ်, პასპორტი, პასპორტის, անձնագիր, անձնագրի, ፓስፖርት, төлқұжат, asipoti, pasiporo, pasipoo`,
  about: `pass, passes, visa, visum, visto, visado`,
};
