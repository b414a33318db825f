/** Number plates by the form that their countries give them, beside words of traffic. */
import { isOfNobody } from '../announcing/terms.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

const FORMS = [
  // United Kingdom, Ireland
  String.raw`[A-Z]{2}\d\d ?[A-Z]{3}|[A-Z]\d{1,3} ?[A-Z]{3}|\d{2,3}-[A-Z]{1,2}-\d{1,6}`,
  // France and Italy
  String.raw`[A-Z]{2}[- ]?\d{3}[- ]?[A-Z]{2}`,
  // Germany
  String.raw`[A-ZÄÖÜ]{1,3}[- ·][A-Z]{1,2}[ -]?\d{1,4}[EH]?`,
  // Spain; Sweden; Poland
  String.raw`\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{3}[ -]?\d{2}[\dA-Z]|[A-Z]{2,3} ?\d{4,5}|[A-Z]{2,3} ?\d{1,3}[A-Z]{1,2}\d{0,2}`,
  // The Netherlands; Portugal
  String.raw`[A-Z]{2}-\d{3}-[A-Z]|[A-Z]-\d{3}-[A-Z]{2}|\d{1,2}-[A-Z]{2,3}-\d{1,2}|[A-Z]{2}-\d\d-\d\d|[A-Z]{2}-\d\d-[A-Z]{2}|\d\d-\d\d-[A-Z]{2}`,
  // Brazil; India; the United States and Australia
  String.raw`[A-Z]{3}-?\d[A-Z]\d\d|[A-Z]{3}-\d{4}|[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{3,4}|\d[A-Z]{3}\d{3}|[A-Z]{3}[ -]\d{3,4}|[A-Z]\d{2}[ -][A-Z]{3}|\d[A-Z]{2} ?\d[A-Z]{2}`,
  // Ontario; Poland; Romania; Hungary; Greece, Ukraine and Russia in their letters
  String.raw`[A-Z]{4} \d{3}|[A-Z]{2,3} ?\d{4}[A-Z]|[A-Z]{2,3} ?\d[A-Z]{2}\d{2}|[A-Z]{1,2}[ -]\d{2,3}[ -][A-Z]{3}|[A-Z]{2} ?[A-Z]{2}-\d{3}|[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]{3}[- ]?\d{4}|[АВЕІКМНОРСТХ]{2} ?\d{4} ?[АВЕІКМНОРСТХ]{2}|[АВЕКМНОРСТУХ] ?\d{3} ?[АВЕКМНОРСТУХ]{2} ?\d{2,3}`,
  // Old ones of France; Austria and Switzerland; Czechia, Norway and Denmark; Turkey; Mexico; Belgium
  String.raw`\d{1,4} [A-Z]{2,3} \d\d|[A-Z]{1,2}[- ]\d{1,5} ?[A-Z]{1,3}|(?:AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH)[ ·-]{1,3}\d{2,6}`,
  String.raw`\d[A-Z][A-Z\d] ?\d{4}|[A-Z]{2} ?\d{5}|[A-Z]{2} \d\d ?\d{3}|(?:0[1-9]|[1-7]\d|8[01]) ?[A-Z]{1,3} ?\d{2,5}|[A-Z]{3}-\d{2,3}-[A-Z\d]{1,2}|[1-9]-[A-Z]{3}-\d{3}`,
  // South Africa
  String.raw`C[A-Z] \d{2,3}[- ]\d{3}`,
].join('|');
/** Forms that hardly anything else has. */
const STRONG = new Expression(
  /(?<![\p{L}\p{N}/.-])(?:[A-HJ-PR-Y]{2}(?:0[1-9]|[1-7]\d) [A-HJ-PR-Z]{3}|(?:AN|AP|AR|AS|BR|CG|CH|DL|GA|GJ|HP|HR|JH|JK|KA|KL|LA|MH|ML|MN|MP|MZ|NL|OD|PB|PY|RJ|SK|TN|TR|TS|UK|UP|WB)[ -]?\d{1,2}[ -][A-Z]{1,2}[ -]?\d{4}|[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} \d{2,4}[EH]?|\d\d-[BDFGHJKLNPRSTVXZ]{3}-\d|[1-9]-[A-Z]{3}-\d{3})(?![\p{L}\p{N}/-]|\.\d)/gu,
  { isNearDigits: true },
);
const SHAPE = new Expression(new RegExp(String.raw`(?<![\p{L}\p{N}/.-])(?:${FORMS})(?![\p{L}\p{N}/-]|\.\d)`, 'gu'), {
  isNearDigits: true,
});
/** Who drives, and makes of cars. */
const TRAFFIC =
  /(?<!\p{L})(?:temp tags?|tags? on|bakkie|park(?:s|ed|ing)?|parkplatz|parkplätzen?|stellpl[aä]tz\p{L}{0,2}|pickerl|zweitwagen|dienstwagen|firmenwagen|vehículos?|parcheggi\p{L}{1,3}|garé(?:e|s|es)?|parkeert|parkuj\p{L}{1,3}|parkeret|parkert|zaparkovan\p{L}|clamp(?:ed|ing)?|blocking|blockerar|infart(?:en)?|bussfil(?:en)?|busfil(?:en)?|elbil(?:en)?|saab|skod\p{L}{1,2}|rej|kopert\p{L}|koperc\p{L}{1,2}|lieferwagen|transporter|kastenwagen|laster|plaques?|break|berline|utilitaire|divieto|sosta|carro attrezzi|camioncino|furgoncino|berlina|escort|ambulance|van hire|rental|mietwagen|leihwagen|carril|grúa|reboque|guincho|takel\p{L}{0,4}|sleepdienst|holownik\p{L}{0,2}|odholow\p{L}{1,4}|borttransport\p{L}{0,3}|octavia|superb|fabia|sprinter|vito|ducato|transit|kangoo|berlingo|partner|caddy|trafic|twingo|tucson|turismo|veículo|motociclo|motociclet[ao]|motorizada|ciclomotor|mota|ônibus|autocarro|reboque|mașin[aăii]{1,2}|autoturism\p{L}{0,3}|autoutilitar\p{L}{1,3}|numărul|înmatriculat\p{L}{0,2}|gépkocsi\p{L}{0,4}|autó(?:ja|t|val|n)?|rendszám\p{L}{0,4}|машин\p{L}{1,2}|автомоб[иі]л\p{L}{0,3}|автівк\p{L}{1,2}|авто|номер(?:а|ом|ний)?|όχημα|οχήματος|αυτοκίνητο|αυτοκινήτου|πινακίδα|πινακίδες|ute|rego|patente|dominio|placas?|matr[ií]cula|index mark|registration(?: mark)?|rc|tow(?:ed|ing)?|tow log|toll|pcn|penalty|fined?|parkstrafe|lenker(?:auskunft|in)?|strafzettel|bußgeld\p{L}{0,8}|blitzer|kfz|amende|stationnement|conduit|multa|sanzione|guida|reed|rijdt|chauffeur|boete|mandat|p-bot|bötfälld|bøde|bot|pokuta|ceza|vozidl\p{L}{1,3}|vůz|vozu|auto(?:m|mobil\p{L}{0,2})?|řidič(?:ka)?|spz|rz|araç|araba(?:sı|nın)?|plaka(?:lı|sı)?|kamyon|otomobil|sürücü|bilen|varebil(?:en)?|køretøj|kjøretøy|kørte|kjørte|körde|parkeringsbøde|gumka|pojazd\p{L}{0,3}|lkw|samochod\p{L}{0,3}|wheelie|towing|handschuhfach|halter(?:abfrage|in)?|parkowa\p{L}{1,3}|autem|pojeździe|samochodzie|plates?|car|van|truck|lorry|taxi|cab|vehicle|motor(?:cycle|bike)|scooter|trailer|driver|driv(?:es?|ing)|drove|parked|parking|park|garage|mot|hatchback|saloon|sedan|suv|pickup|estate car|hit[- ]and[- ]run|speed(?:ing)?|registered keeper|reg|auto|wagen|pkw|lkw|fahrer(?:in)?|fuhr|geparkt|falschparker|motorrad|anhänger|kombi|voiture|véhicule|camion(?:nette)?|moto|conduct(?:eur|rice)|garée?|stationnée?|coche|furgoneta|furgón|camión|conductora?|aparcad[oa]|estacionad[oa]|vehículo|macchina|automobile|autovettura|furgone|autista|parcheggiat[ao]|conducente|veicolo|auto's|bestelbus|bestelauto|vrachtwagen|bestuurder|geparkeerd|voertuig|samochód|samochodu|samochodem|auta|kierowca|zaparkowan[ya]|pojazd|carro|automóvel|camião|caminhão|carrinha|condutora?|motorista|estacionado|viatura|bil(?:en)?|lastbil|skåpbil|förare(?:n)?|parkerad|mc|husbil|audi|bmw|mercedes|vw|volkswagen|golf|passat|polo|opel|ford|fiesta|focus|transit|toyota|corolla|yaris|honda|civic|nissan|mazda|kia|hyundai|skoda|škoda|octavia|seat|ibiza|leon|renault|clio|mégane|peugeot|citro[eë]n|fiat|panda|punto|volvo|tesla|dacia|suzuki|mini|jeep|porsche|vauxhall|corsa|astra|subaru|lexus|land rover|range rover)(?!\p{L})/iu;
const BEFORE = 70;
const BEHIND = 30;

export const recogniser: Recogniser = {
  name: 'plate-shape',
  kind: 'plate',
  needs: { digits: 2 },
  *find(text) {
    for (const { 0: value, index } of STRONG.matches(text)) {
      if (!isOfNobody(text.slice(Math.max(0, index - BEHIND), index)))
        yield { start: index, end: index + value.length, score: 0.55 };
    }
    for (const { 0: value, index } of SHAPE.matches(text)) {
      const end = index + value.length;
      const around = `${text.slice(Math.max(0, index - BEFORE), index)}\n${text.slice(end, end + BEHIND)}`;
      if (TRAFFIC.test(around)) yield { start: index, end, score: 0.62 };
    }
  },
};
