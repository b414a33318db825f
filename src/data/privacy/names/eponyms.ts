/** Diseases, laws, streets and firms that are called after somebody: no people that a text speaks of. */
import { asListed, gazetteer } from '../gazetteer.ts';
import { isCalledThing } from './tagger.ts';

const THINGS = String.raw`disease|syndrome|disorder|crisis|palsy|chorea|tremor|lymphoma|sarcoma|contracture|cyst|thyroiditis|solution|ointment|reagent|buffer|stain|changes|criteria|classification|scale|score|scores|sign|test|tests|manoeuvre|maneuver|procedure|operation|fracture|laws?|theorem|equation|inequality|algorithm|simplification|distribution|coefficient|constant|effect|principle|razor|paradox|factor|index|importer|adapter|theme|framework|library|wards|sponge|Rules|Law|Theorem|Act|Index|Streets?|Road|Avenue|Square|Nagar|Museum|Hall|Foundation|Group|Bank|Airport|Station|Cross|Bridge|Ltd|Limited|Inc|LLC|plc|GmbH|AG|KG|Federal|Insurance|Motors|Pharma|Foods|Syndrom|Krankheit|Zeichen|Skala|Thyreoiditis`;
const BEHIND = new RegExp(String.raw`^(?:['’]s)?[ -](?:${THINGS})(?![\p{L}])`, 'u');
const BEFORE =
  /(?<!\p{L})(?:Morbus|[Cc]horob[ay]|[Zz]esp[oó]łu?|maladie de|syndrome de|[ée]chelle de|enfermedad de|síndrome de|escala de|malattia di|morbo di|sindrome di|scala di|doença de|ziekte van|syndroom van)[ ]$/u;
/** "M. Parkinson" is a disease in German, and "M. Le Guennec" somebody in French. */
const OF_DISEASES =
  /^(?:Parkinson|Crohn|Bechterew|Alzheimer|Basedow|Hodgkin|Addison|Cushing|Meni[eè]re|Dupuytren|Paget|Wilson|Scheuermann|Perthes|Bowen|Whipple|Gaucher|Fabry|Hirschsprung|Raynaud|Sudeck|Ormond|Werlhof|Waldenström|Osler)$/u;
/** In Romance languages somebody "firma", signs, and "la modelo" is somebody. */
const SIGNS = String.raw`(?<!(?<!\p{L})(?:[Ll][aoe]|[Ll][ao]s|[Ll]i|[Uu]n|[Uu]na|[Uu]ma|[Cc]on|[Cc]om|[Ss][eiu]|[Ss]ua|[Qq]ue|[Cc]he|[Qq]uien|[Cc]hi|[Yy]|[EeAaOo]|[Dd][aei]|[Dd]ella|[Nn]o|[Nn]on) )(?:firma|modelo)`;
const SHOP = new RegExp(
  String.raw`(?<!\p{L})(?:Firma|${SIGNS}|firmy|ditta|empresa|société|magasins?|boutique|tiendas?|supermercado|negozio|supermercato|loja|winkel|sklep|butiken|varuhuset|Kaufhaus|Autohaus|Supermarkt|Baumarkt|Gasthof|Filiale|Condominio|Modelle?|modelos|modèles?)[ ]$`,
  'u',
);
/** The first word of what is none. */
const FIRST =
  /^(?:Autohaus|Kaufhaus|Supermarkt|Baumarkt|Gasthof|Bäckerei|Apotheke|Filiale|Spielplan|Condominio|Atelier|Maison|Hôtel|Hotel|Camping|Residence|Café|Ristorante|Restaurant|USS|HMS|RMS) /u;
/** The last word of what is none. */
const LAST =
  /(?<=[ -])(?:Streets?|Nagar|Federal|Rules|Foundation|Insurance|Motors|Technology|Technologies|Software|Solutions|Communications|Consulting|Networks|Enterprises|Ballet|Orchestra|Aquarium)$/u;
/** "DataPower", "NewTech", but "MacDonald" and "DeSoto". */
const CAMEL = /(?<![\p{L}'’-])(?!Mac|Fitz|Van|Von|Des|Del|Dal|Abd|Abu|Ibn)\p{Lu}\p{Ll}{2,}\p{Lu}\p{Ll}/u;
const REACH = 24;

/** "Le magasin Leroy Merlin", "Autohaus Wagner"; "Firma Klaus Meier" is somebody, too. */
function isShop(text: string, start: number, end: number): boolean {
  const name = text.slice(start, end);
  if (FIRST.test(name) || (name.includes(' ') && CAMEL.test(name))) return true;
  const [given, family] = name.split(/[ ,]+/);
  const isPerson = family !== undefined && gazetteer().given.get(asListed(given)) === 'plain';
  if (isPerson && !isCalledThing(text, start, end)) return false;
  return SHOP.test(text.slice(Math.max(0, start - REACH), start));
}

const TURKISH_STREET = /^(?:\p{L}[\p{L}\p{M}’']* ){1,4}(?:Sok|Cad|Mah|Sk|Blv|Bulv)\.[^\n\d]{0,40}\d/u;

/** "Zümrüt Sok. No:14". */
function isStreet(text: string, start: number, end: number): boolean {
  return TURKISH_STREET.test(text.slice(start, end + 2 * REACH));
}

export function isShopOrStreet(text: string, start: number, end: number): boolean {
  return isShop(text, start, end) || isStreet(text, start, end);
}

export function isEponym(text: string, start: number, end: number): boolean {
  return (
    BEHIND.test(text.slice(end, end + REACH)) ||
    BEFORE.test(text.slice(Math.max(0, start - REACH), start)) ||
    (text.slice(Math.max(0, start - 3), start) === 'M. ' && OF_DISEASES.test(text.slice(start, end))) ||
    isShopOrStreet(text, start, end) ||
    LAST.test(text.slice(start, end))
  );
}
