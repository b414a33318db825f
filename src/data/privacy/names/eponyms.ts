/** Diseases, laws, streets and firms that are called after somebody: no people that a text speaks of. */

const THINGS = String.raw`disease|syndrome|disorder|crisis|palsy|chorea|tremor|lymphoma|sarcoma|contracture|cyst|thyroiditis|solution|ointment|reagent|buffer|stain|changes|criteria|classification|scale|score|scores|sign|test|tests|manoeuvre|maneuver|procedure|operation|fracture|laws?|theorem|equation|inequality|algorithm|simplification|distribution|coefficient|constant|effect|principle|razor|paradox|factor|index|importer|adapter|theme|framework|library|wards|sponge|Rules|Law|Theorem|Act|Index|Streets?|Road|Avenue|Square|Nagar|Museum|Hall|Foundation|Group|Bank|Airport|Station|Cross|Bridge|Ltd|Limited|Inc|LLC|plc|GmbH|AG|KG|Federal|Insurance|Motors|Pharma|Foods|Syndrom|Krankheit|Zeichen|Skala|Thyreoiditis`;
const BEHIND = new RegExp(String.raw`^(?:['’]s)?[ -](?:${THINGS})(?![\p{L}])`, 'u');
const BEFORE =
  /(?<!\p{L})(?:Morbus|[Cc]horob[ay]|[Zz]esp[oó]łu?|maladie de|syndrome de|[ée]chelle de|enfermedad de|síndrome de|escala de|malattia di|morbo di|sindrome di|scala di|doença de|ziekte van|syndroom van)[ ]$/u;
/** "M. Parkinson" is a disease in German, and "M. Le Guennec" somebody in French. */
const OF_DISEASES =
  /^(?:Parkinson|Crohn|Bechterew|Alzheimer|Basedow|Hodgkin|Addison|Cushing|Meni[eè]re|Dupuytren|Paget|Wilson|Scheuermann|Perthes|Bowen|Whipple|Gaucher|Fabry|Hirschsprung|Raynaud|Sudeck|Ormond|Werlhof|Waldenström|Osler)$/u;
const SHOP =
  /(?<!\p{L})(?:Firma|firma|firmy|ditta|empresa|société|magasins?|boutique|tiendas?|supermercado|negozio|supermercato|loja|winkel|sklep|butiken|varuhuset|Kaufhaus|Autohaus|Supermarkt|Baumarkt|Gasthof|Filiale|Condominio|Modelle?|modelos?|modèles?)[ ]$/u;
/** The first word of what is none. */
const FIRST =
  /^(?:Autohaus|Kaufhaus|Supermarkt|Baumarkt|Gasthof|Bäckerei|Apotheke|Filiale|Spielplan|Condominio|Atelier|Maison|Hôtel|Hotel|Camping|Villa|Residence|Café|Ristorante|Restaurant) /u;
/** The last word of what is none. */
const LAST = /(?<=[ -])(?:Streets?|Nagar|Federal|Rules|Foundation|Insurance|Motors)$/u;
const REACH = 24;

/** "Le magasin Leroy Merlin", "Autohaus Wagner". */
export function isShop(text: string, start: number, end: number): boolean {
  return SHOP.test(text.slice(Math.max(0, start - REACH), start)) || FIRST.test(text.slice(start, end));
}

export function isEponym(text: string, start: number, end: number): boolean {
  return (
    BEHIND.test(text.slice(end, end + REACH)) ||
    BEFORE.test(text.slice(Math.max(0, start - REACH), start)) ||
    (text.slice(Math.max(0, start - 3), start) === 'M. ' && OF_DISEASES.test(text.slice(start, end))) ||
    isShop(text, start, end) ||
    LAST.test(text.slice(start, end))
  );
}
