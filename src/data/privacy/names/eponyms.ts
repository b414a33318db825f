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
  if (isWholeName(name) && !isCalledThing(text, start, end)) return false;
  return SHOP.test(text.slice(Math.max(0, start - REACH), start));
}

/** Schools, bridges, streets, prizes: what stands behind them is what they are called, whoever that was. */
const PLACES = [
  String.raw`[Hh]ôpital|[Hh]ôpitaux|[ÉéEe]cole|[Cc]ollège|[Ll]ycée|[Pp]ont|[Aa]venue|[Rr]ue|[Bb]oulevard|[Aa]mphi(?:théâtre)?|[Tt]héâtre|[Ss]tade|[Gg]ymnase|[Cc]hâteau|[Ff]ondation|[Ii]nstitut|[Pp]rix`,
  String.raw`[Hh]ospital|[Cc]olegio|[Ee]scuela(?: [Pp]rimaria| [Ss]ecundaria)?|[Ii]nstituto|[Uu]niversidad|[Ff]undación|[Tt]eatro|[Ee]stadio|[Pp]arque|[Pp]laza|[Tt]orneo|[Pp]remio|[Pp]uente|[Ee]stación|[Bb]iblioteca|[Cc]alle|[Aa]venida`,
  String.raw`[Oo]spedale|[Ss]cuola|[Ii]stituto|[Uu]niversità|[Ff]ondazione|[Pp]iazza|[Pp]onte|[Rr]ifugio|[Ss]tadio|[Ll]iceo|[Pp]arco|[Tt]rofeo|[Vv]iale|[Cc]orso`,
  String.raw`[Ee]scola|[Uu]niversidade|[Ff]undação|[Pp]raça|[Ee]stádio|[Ee]stação|[Aa]eroporto|[Pp]rémio|[Rr]odoviária|[Rr]ua`,
  String.raw`Klinikum|Krankenhaus|Schule|Grundschule|Gesamtschule|Realschule|Gymnasium|Stiftung|Turnhalle|Haltestelle`,
  String.raw`[Zz]iekenhuis|[Bb]asisschool|[Bb]rug|[Pp]lein|[Ss]tichting|[Ss]porthal`,
  String.raw`[Ss]zpital\p{Ll}{0,3}|[Ff]undacj\p{Ll}|[Uu]lic\p{Ll}|[Rr]ond\p{Ll}{1,2}|[Pp]lac(?:u|em)?|[Ss]zko[łl]\p{Ll}{1,3}|[Ll]ice\p{Ll}{2}|[Oo]siedl\p{Ll}|(?:[Pp]ark|[Hh]ala|[Mm]uzeum) im\.`,
  String.raw`[Nn]emocnic\p{Ll}|[Nn]áměstí|[Zz]astávk\p{Ll}|[Gg]ymnázium|[Ss]jukhus(?:et)?|[Ss]tiftelsen|[Ss]ykehus(?:et)?`,
  String.raw`[Ss]trada|[Bb]ulevardul|[Ss]pitalul|[Ll]iceul|[Ff]undația|[Ss]tația|[Șș]coala|[Kk]órház|[Aa]lapítvány|[Hh]astanesi`,
].join('|');
/** Where people are or live as well: what stands behind them is a person where it is a whole name. */
const HOUSES = [
  String.raw`[Cc]linique|[Pp]arking|[Mm]étro|[Ff]oyer|[Rr]ésidence|[Cc]oupe|[Cc]línica|[Cc]opa|[Rr]esidencia|[Aa]ula|[Ss]ala|[Pp]abellón|[Cc]afé|[Ss]ettore|[Tt]enuta|[Cc]antina|[Pp]asticceria|[Tt]rattoria|[Pp]adaria|[Pp]astelaria`,
  String.raw`Klinik|Gasthaus|Statikbüro|Sanitätshaus|Architekturbüro|Ingenieurbüro|Haus|Kita|Bahnhof|Tierheim|Fahrschule|Möbelhaus|Brauerei|Weingut|Metzgerei|Bäckerei|Druckerei|Spedition|Pension|[Ss]chool|[Hh]alte|[Bb]akkerij|[Ss]lagerij|[Gg]arage|[Bb]rouwerij|[Rr]estaurant`,
  String.raw`[Kk]awiarni\p{Ll}{0,2}|[Pp]iekarni\p{Ll}{0,2}|[Bb]racia|[Kk]větinářství|[Pp]ekárn\p{Ll}|[Rr]estaurac\p{Ll}|[Hh]otel\p{Ll}?|[Šš]kol\p{Ll}|[Ss]kola(?:n)?|[Bb]ageri(?:et)?|[Kk]onditori(?:et)?|[Ff]onden|[Ss]kole(?:n)?|[Ll]eipomo|[Kk]ahvila|[Rr]avintola|[Rr]avintolassa|[Kk]auppa|[Kk]oulu|[Ss]airaala|[Gg]rădinița|[Ii]skola|[Oo]teli?|[Oo]kulu`,
].join('|');
const [PLACE_BEFORE, HOUSE_BEFORE] = [PLACES, HOUSES].map(
  (words) =>
    new RegExp(
      String.raw`(?<!\p{L})(?:${words}) (?:["“„«'‘]|(?:de|du|des|di|do|da|del|della|im\.|[Ss]t\.|[Ss]w\.|św\.|San|Saint|Sint|Sankt) )?$`,
      'u',
    ),
);
/** "Selma Lagerlöfs gata", "Ziya Gökalp durağı", "Joyce Tower". */
const PLACE_BEHIND =
  /^[ -](?:Towers?|Barracks|Terrace|Clinic|Hospital|School|College|Academy|Lodge|Theatre|Stadium|Park|Trophy|Prize|Award|Estate|Centre|Festspiele|Schule|Kaserne|Stiftung|Klinik|gata[n]?|gatans|gaten|vei|veien|vägen|plads|plass|torget|skole|skola|skolen|skolan|kadun|katu|aukio|puisto|utca|utcai|út|úti|tér|téri|híd|körút|ulice|náměstí|durağı|Bulvarı|Caddesi|Sokağı|Sokak|Mahallesi|Parkı|Lisesi|Okulu|Hastanesi|Üniversitesi|straat|plein|laan)(?!\p{L})/u;

/** "Hospital Egas Moniz", "pont Mirabeau", "clinique Saint-Jean", but "foyer Marie Durand". */
function isPlace(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - REACH), start);
  if (PLACE_BEFORE.test(before) || PLACE_BEHIND.test(text.slice(end, end + REACH))) return true;
  return HOUSE_BEFORE.test(before) && !isWholeName(text.slice(start, end));
}

/** A given name that is nothing else, and something behind it. */
function isWholeName(name: string): boolean {
  const [given, family] = name.split(/[ ,]+/);
  return family !== undefined && gazetteer().given.get(asListed(given)) === 'plain';
}

const TURKISH_STREET = /^(?:\p{L}[\p{L}\p{M}’']* ){1,4}(?:Sok|Cad|Mah|Sk|Blv|Bulv)\.[^\n\d]{0,40}\d/u;

/** "Zümrüt Sok. No:14". */
function isStreet(text: string, start: number, end: number): boolean {
  return TURKISH_STREET.test(text.slice(start, end + 2 * REACH));
}

export function isShopOrStreet(text: string, start: number, end: number): boolean {
  return isPlace(text, start, end) || isShop(text, start, end) || isStreet(text, start, end);
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
