/** Number plates by the form that their countries give them, beside words of traffic. */
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
  String.raw`[A-Z]{3}-?\d[A-Z]\d\d|[A-Z]{3}-\d{4}|[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{3,4}|\d[A-Z]{3}\d{3}|[A-Z]{3}[ -]\d{3,4}`,
].join('|');
const SHAPE = new Expression(new RegExp(String.raw`(?<![\p{L}\p{N}/.-])(?:${FORMS})(?![\p{L}\p{N}/-]|\.\d)`, 'gu'), {
  isNearDigits: true,
});
/** Who drives, and makes of cars. */
const TRAFFIC =
  /(?<!\p{L})(?:ute|rego|handschuhfach|halter(?:abfrage|in)?|parkowa\p{L}{1,3}|autem|pojeździe|samochodzie|plates?|car|van|truck|lorry|taxi|cab|vehicle|motor(?:cycle|bike)|scooter|trailer|driver|driv(?:es?|ing)|drove|parked|parking|park|garage|mot|hatchback|saloon|sedan|suv|pickup|estate car|hit[- ]and[- ]run|speed(?:ing)?|registered keeper|reg|auto|wagen|pkw|lkw|fahrer(?:in)?|fuhr|geparkt|falschparker|motorrad|anhänger|kombi|voiture|véhicule|camion(?:nette)?|moto|conduct(?:eur|rice)|garée?|stationnée?|coche|furgoneta|furgón|camión|conductora?|aparcad[oa]|estacionad[oa]|vehículo|macchina|automobile|autovettura|furgone|autista|parcheggiat[ao]|conducente|veicolo|auto's|bestelbus|bestelauto|vrachtwagen|bestuurder|geparkeerd|voertuig|samochód|samochodu|samochodem|auta|kierowca|zaparkowan[ya]|pojazd|carro|automóvel|camião|caminhão|carrinha|condutora?|motorista|estacionado|viatura|bil(?:en)?|lastbil|skåpbil|förare(?:n)?|parkerad|mc|husbil|audi|bmw|mercedes|vw|volkswagen|golf|passat|polo|opel|ford|fiesta|focus|transit|toyota|corolla|yaris|honda|civic|nissan|mazda|kia|hyundai|skoda|škoda|octavia|seat|ibiza|leon|renault|clio|mégane|peugeot|citro[eë]n|fiat|panda|punto|volvo|tesla|dacia|suzuki|mini|jeep|porsche|vauxhall|corsa|astra|subaru|lexus|land rover|range rover)(?!\p{L})/iu;
const BEFORE = 70;
const BEHIND = 30;

export const recogniser: Recogniser = {
  name: 'plate-shape',
  kind: 'plate',
  needs: { digits: 2 },
  *find(text) {
    for (const { 0: value, index } of SHAPE.matches(text)) {
      const end = index + value.length;
      const around = `${text.slice(Math.max(0, index - BEFORE), index)}\n${text.slice(end, end + BEHIND)}`;
      if (TRAFFIC.test(around)) yield { start: index, end, score: 0.62 };
    }
  },
};
