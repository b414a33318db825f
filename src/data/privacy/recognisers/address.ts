/** Streets with their numbers as nine languages write them, and boxes of the post. */
import { matchesOf, type Recogniser } from '../recogniser.ts';

const CAP = String.raw`\p{Lu}[\p{L}\p{M}.'’-]{0,30}`;
const NUMBER = String.raw`\d{1,5}(?: ?[-/] ?\d{1,4})? ?(?:[a-zA-Z](?![\p{L}\p{N}])|bis\b|ter\b)?`;
const UNIT = String.raw`(?:,? (?:apt|apartment|suite|ste|unit|flat|floor|room|rm|bldg|#)\.? ?#?[A-Z0-9-]{1,6})?`;
const LINKS = String.raw`(?:(?:de la|de los|de las|de l['’]|des|del|della|delle|dei|degli|dell['’]|de|du|di|da|do|dos|das|la|le|van|der|den|d['’]|l['’]|e|y) ?){0,2}`;
const MORE = String.raw`${LINKS}(?:${CAP}|\d{1,2})(?: ${LINKS}${CAP}){0,4}`;

const FORMS = [
  // English
  String.raw`(?:(?:Flat|Apt|Unit|Plot|House(?: No\.?)?|H\.? ?No\.?|Suite|Door No\.?) ?#?[A-Z0-9/-]{1,8},? )?\d{1,5}[A-Za-z]?(?:-\d{1,5})?,? (?:[NSEW]\.? |North |South |East |West )?(?:${CAP}|\d{1,3}(?:st|nd|rd|th))(?: ${CAP}){0,3} (?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Ter|Close|Crescent|Cres|Parkway|Pkwy|Highway|Hwy|Row|Gardens|Mews|Hill|Green|Grove|Circle|Cir|Trail|Trl|Walk|Quay|Parade|Loop|Marg|Nagar|Chowk|Colony|Salai|Layout|Vale|Croft|Fold|Mead|View|Rise|Wharf|Yard|Alley|Pike|Plaza|Ridge|Crossing|Common|Heights|Park)(?![\p{L}])\.?${UNIT}`,
  String.raw`\d{1,5} (?:Broadway|Whitehall|Piccadilly|The [A-Z]\p{Ll}+)(?! \p{Ll})${UNIT}`,
  String.raw`(?:P\.? ?O\.? ?Box|Postfach|Boîte postale|BP|Apartado(?: de correos)?|Casella postale|Postbus|Skrytka pocztowa|Caixa postal) ?\d{1,7}`,
  // German, Dutch, Swedish: one word
  String.raw`(?:van (?:de[nr]? )?|het )?(?:${CAP} ){0,2}\p{Lu}?[\p{L}\p{M}.-]{2,30}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|steig|stieg|pfad|markt|graben|straat|laan|plein|gracht|kade|dijk|singel|hof|dreef|gatan|vägen|gränd|torget|stigen|allén|vej|gade|plantsoen|park|gränden|-Str\.|-Straße|-Strasse|-Weg|-Platz|-Allee|-Ring) ${NUMBER}`,
  String.raw`(?:${CAP} ){1,2}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Straat|Laan|Gatan|Vägen|Gata|Väg|Gränd) ${NUMBER}`,
  String.raw`(?:Am|An der|An den|Im|In der|Auf dem|Auf der|Unter den|Zum|Zur) ${CAP}(?: ${CAP})? ${NUMBER}`,
  // French
  String.raw`(?:\d{1,4}(?: ?(?:bis|ter|[A-Z]))?,? )(?:[Rr]ue|[Aa]venue|[Aa]v\.|[Bb]oulevard|[Bb]d|[Pp]lace|[Aa]llée|[Cc]hemin|[Ii]mpasse|[Qq]uai|[Cc]ours|[Rr]oute|[Ss]quare|[Pp]assage|[Ss]entier|[Vv]oie)\b ${MORE}`,
  String.raw`(?:[Rr]ue|[Cc]hemin|[Aa]venue|[Rr]oute) ${MORE},? ${NUMBER}`,
  // Spanish
  String.raw`(?:[Cc]alle|C/|[Aa]venida|Avda\.?|Av\.|[Pp]aseo|P\.º|[Pp]laza|Pza\.?|[Cc]arrera|[Rr]onda|[Cc]amino|[Tt]ravesía|[Gg]lorieta) ?${MORE},? ?(?:n\.?[ºo°]\.? ?|núm\.? ?)?${NUMBER}(?:, ?\d{1,2}\.?[ºª°] ?[A-Z]?)?`,
  // Italian
  String.raw`(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Vv]icolo|[Ll]argo|[Pp]iazzale|[Ss]trada|[Cc]ontrada|[Ll]ungomare|[Rr]otonda|[Bb]orgo) ${MORE},? ?(?:n\.? ?)?${NUMBER}`,
  // Polish
  String.raw`(?:[Uu]l\.|[Uu]lic[ay]|[Aa]l\.|[Aa]lej[ai]|[Pp]l\.|[Oo]s\.|[Oo]siedle|[Rr]ynek|[Bb]ulw\.) ${MORE} ${NUMBER}(?: ?m\. ?\d{1,4})?`,
  // Portuguese
  String.raw`(?:[Rr]ua|R\.|[Aa]venida|Av\.|[Tt]ravessa|[Pp]raça|[Aa]lameda|[Rr]odovia|[Ee]strada|[Ll]argo) ${MORE},? ?(?:n\.?[ºo°]?\.? ?)?${NUMBER}(?:,? (?:apto?|ap)\.? ?\d{1,5})?`,
];

const PATTERN = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${FORMS.join('|')})(?![\p{L}\p{N}])`, 'gu');

export const recogniser: Recogniser = {
  name: 'address',
  kind: 'address',
  needs: { digits: 1 },
  *find(text) {
    for (const { 0: value, index } of matchesOf(PATTERN, text)) {
      yield { start: index, end: index + value.trimEnd().length, score: 0.85 };
    }
  },
};
