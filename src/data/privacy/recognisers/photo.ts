/** Mentions of pictures of a face: words for full-face photographs, and for pictures of somebody. */
import { latin } from '../latin.ts';
import { patternRecogniser } from '../recogniser.ts';

const FORMS = [
  // English
  String.raw`(?:full[ -]face|face|facial|frontal|profile|passport|patient|id|id card|badge|portrait|head(?: and shoulders)?|booking|identification|identity|licen[cs]e|staff|employee|student|webcam|wedding|family|school|before[ -]and[ -]after|visa|membership|driver['’]?s licen[cs]e|school|team|class|group|holiday|vacation|graduation|birth|baby|ultrasound|dating|linkedin|facebook|instagram|whatsapp|wound|injury|scar|tattoo|autopsy|post[- ]mortem|crime scene|arrest|surveillance|cctv)[ -]?(?:photo(?:graph)?s?|pictures?|images?|shots?|pics?|snaps?|portraits?)`,
  String.raw`mug[ -]?shots?|head[ -]?shots?|selfies?|profile pics?|(?:photo(?:graph)?s?|pictures?|images?|pics?|snapshots?) (?:of|showing) (?:(?:my|your|his|her|their|the|a) )?(?:(?:patient|client|applicant|employee|child|victim|suspect)['’]s )?(?:full |bare |own )?face|photo ids?`,
  // German, Dutch, Swedish
  String.raw`(?:pass|profil|porträt|portrait|bewerbungs|gesichts|ausweis|führerschein|mitarbeiter|patienten|fahndungs|kunden|mitglieds)-?(?:foto|bild|aufnahme|photo)(?:o?s|er|ern|en|es)?|licht-?bild(?:er|es|ern)?|selfies?|(?:foto|bild|aufnahme|fotografie|photo)s? (?:von )?(?:(?:ihre[sm]|seine[sm]|meine[sm]|des|vom|dem) )?(?:gesicht(?:e?s)?)|porträts?`,
  String.raw`(?:pas|portret|profiel|gezichts|rijbewijs|personeels|badge|school|leerling|medewerkers|identiteits)-?foto(?:['’]?s)?|(?:foto(?:['’]?s)?|afbeelding(?:en)?|opname) van (?:(?:haar|zijn|het|mijn|uw|jouw|je) )?gezicht|portret(?:ten)?`,
  String.raw`(?:pass|porträtt|profil|ansikts|id|körkorts|personal|skol|legitimations)-?(?:foto|bild|fotografi)(?:n|t|et|en|er|erna|na|s)?|(?:foto|bild|fotografi)(?:n|t|et|en|er)? (?:av|på) (?:(?:hennes|hans|mitt|ditt|sitt|patientens) )?ansikte(?:t)?|porträtt(?:et|en)?|selfien?`,
  // French
  String.raw`photo(?:graphie)?s? (?:d['’]identité|de (?:face|profil|passeport|son visage|votre visage|mon visage|leur visage|(?:la |sa )?figure)|du visage|de (?:son|votre|mon|ton|leur) visage|d['’]identification|de badge|du (?:patient|badge|passeport|permis|titulaire)|signalétiques?|anthropométriques?|portraits?)|portraits?(?: photo(?:graphi(?:que|ques|é))?s?)?(?= (?:est|du|de|joint|a été|photo)|[.,;)])|portraits? photographiques?|égoportraits?|selfies?`,
  // Spanish, Portuguese, Italian
  String.raw`foto(?:graf[ií]a)?s? (?:de |do |del |da |tipo |tamaño |em formato |formato )?(?:carn[eé]t?|perfil|rosto|rostro|(?:la |su |mi |tu )?cara|(?:su |mi |seu )rostro|frente|passe|pasaporte|passaporte|identificação|identificación|identidad|identidade|documento|credencial|3x4|(?:del|do) (?:paciente|titular))|(?:foto|fotografía|imagen|imagem|retrato) (?:de|do|del) (?:su|seu|sua|mi|meu)? ?(?:rostro|rosto|cara|face)|retratos?(?: fotográficos?)?|selfies?|selfis?|autorretratos?`,
  String.raw`foto-?tesser[ae]|foto(?:grafi[ae])? (?:(?:in )?formato )?(?:tessera|del (?:volto|viso|paziente|profilo|passaporto|documento|titolare)|di (?:profilo|riconoscimento|identità)|segnaletic(?:a|he)|frontale)|(?:immagine|immagini|ritratto) del (?:volto|viso)|ritratt[oi](?: fotografic[oi])?`,
  // Polish
  String.raw`(?:zdjęci[eauęom]{1,3}|zdjęć|fotografi\p{L}{1,4}|fotk\p{L}|foto) (?:(?:jego|jej|mojej|swojej|pana|pani|pełnej) )?(?:twarz[yą]|paszportow\p{L}{1,4}|legitymacyjn\p{L}{1,4}|portretow\p{L}{1,4}|profilow\p{L}{1,4}|(?:do|z|w) (?:dowodu|paszportu|legitymacji|paszporcie|dowodzie|prawa jazdy)|pacjent\p{L}{1,3}|sygnalityczn\p{L}{1,3}|en face)|portret\p{L}{0,3}|selfie`,
  // Pictures of somebody, in each language
  String.raw`(?:photo(?:graph)?s?|pictures?|pics?|snaps?|snapshots?|portraits?|stills?|polaroids?|close-?ups?|(?<!(?:disk|system|boot|docker|iso|container|kernel|base|mirror) )images?|scans?) (?:of|showing|with) (?:him|her|them|me|us|(?:my|his|her|their|our|the (?:patient|client|claimant|victim|suspect|child|defendant|applicant|employee|driver|accused|deceased|injured)(?:['’]s)?)(?: (?:\p{L}+ )?(?:face|son|daughter|wife|husband|child|children|kids?|mother|father|baby|injur(?:y|ies)|wounds?|scars?|tattoos?|arm|leg|hand|back|passport|id|licen[cs]e|family|bruis(?:e|es|ing)))?)(?!\p{L})`,
  String.raw`(?<=(?:my|his|her|their|patient['’]s|client['’]s|child['’]s|suspect['’]s|victim['’]s|applicant['’]s|employee['’]s|\p{L}{2}['’]s) (?:(?:own|old|new|recent|latest|attached) )?)(?:photo(?:graph)?s?|portraits?|mug ?shots?|head ?shots?|selfies?|picture)(?= (?:is|was|from|on|in|at|taken|attached|shows|appears|has|to|for|and)(?!\p{L})|[.,;)!?]|$)`,
  String.raw`(?:x-ray|dental|cctv|dash ?cam|security camera|doorbell|webcam|surveillance|drone) (?:photo(?:graph)?s?|pictures?|images?|stills?|footage|frames?) (?:of|showing) (?:him|her|them|me|(?:his|her|my) face)`,
  String.raw`(?:fotos?|bild(?:er)?|aufnahmen?|fotografien?|schnappsch(?:uss|üsse)) (?:von |mit )(?:ihm|ihr|mir|ihnen|uns|(?:meine[mrn]|seine[mrn]|ihre[mrn]) (?:sohn|tochter|frau|mann|kind(?:ern)?|mutter|vater|hand|arm|bein|verletzung(?:en)?|wunde)|der (?:patientin|zeugin|klägerin|verletzten)|dem (?:patienten|zeugen|kläger|opfer))(?!\p{L})|(?<=(?:sein|ihr|mein)e? )(?:foto|bild|porträt)(?= (?:ist|war|hängt|liegt|wurde|aus|von|auf|in)(?!\p{L})|[.,;)!?])`,
  String.raw`(?:photos?|photographies?|clichés?|images?|portraits?) (?:de (?:lui|elle|moi|nous|(?:mon|ma|son|sa|mes|ses) (?:fils|fille|femme|mari|enfants?|mère|père|main|bras|jambe|blessure|plaie|cicatrice))|de la (?:victime|patiente|plaignante)|du (?:suspect|plaignant|blessé|conducteur))(?!\p{L})|(?<=(?:sa|ma) )photo(?= (?:est|était|sur|dans|de|a|au)(?!\p{L})|[.,;)!?])`,
  String.raw`(?:fotos?|fotograf[ií]as?|imagen|imágenes|imagem|imagens|retratos?) (?:de|do|da|del) (?:él|ella|ele|ela|mí|mim|(?:mi|su|meu|minha|seu|sua) (?:hij[oa]|filh[oa]|mujer|esposa|marido|madre|padre|mãe|pai|mano|mão|brazo|braço|pierna|perna|herida|ferida|cicatriz)|la víctima|a? ?vítima|paciente|sospechoso|suspeito)(?!\p{L})|(?<=(?:su|mi|sua|minha) )foto(?= (?:está|es|é|en|em|na|no|de|del|do|fue|foi)(?!\p{L})|[.,;)!?])`,
  String.raw`(?:foto(?:grafi[ae])?|immagin[ei]|ritratti?|scatti) (?:di (?:lui|lei|me|(?:mio|mia|suo|sua) (?:figli[oa]|moglie|marito|madre|padre|mano|braccio|gamba|ferita|cicatrice))|della (?:vittima|paziente)|del (?:sospettato|ferito|conducente))(?!\p{L})|(?<=la (?:sua|mia) )foto(?!\p{L})`,
  String.raw`(?:foto['’]?s?|afbeeldingen|beelden|opnames?) van (?:hem|haar|mij|ons|(?:mijn|zijn|haar) (?:zoon|dochter|vrouw|man|kind(?:eren)?|moeder|vader|hand|arm|been|wond|verwonding|litteken)|de (?:patiënt|verdachte|dader|getuige|slachtoffers?)|het slachtoffer)(?!\p{L})|(?<=(?:zijn|haar|mijn) )(?:foto|pasfoto|portret)(?= (?:is|was|op|in|van|hangt|staat)(?!\p{L})|[.,;)!?])`,
  String.raw`(?:zdjęci[aeu]|zdjęć|fotografi\p{L}{1,3}|fotk\p{L}) (?:(?:jego|jej|mojego|mojej|swojego|swojej) (?:syna|córki|żony|męża|dziecka|matki|ojca|ręki|nogi|rany|blizny)|ofiary|podejrzanego|podejrzanej|poszkodowan\p{L}{1,3}|sprawcy)(?!\p{L})|(?<=(?:jego|jej|moje) )(?:zdjęcie|fotografia|fotka)(?!\p{L})`,
  String.raw`(?:foton?|bild(?:er)?|fotografi(?:er)?) (?:på|av) (?:honom|henne|mig|oss|(?:min|hans|hennes) (?:son|dotter|fru|man|mamma|pappa|hand|arm|sår|skada|ärr)|patienten|offret|den misstänkte)(?!\p{L})|(?<=(?:hans|hennes|mitt) )(?:foto|porträtt)(?!\p{L})`,
];

export const recogniser = patternRecogniser({
  name: 'photo',
  kind: 'photo',
  pattern: new RegExp(latin(String.raw`(?<![\p{L}\p{N}])(?:${FORMS.join('|')})(?![\p{L}\p{N}])`), 'gi'),
  isOfWords: true,
  score: 0.7,
});
