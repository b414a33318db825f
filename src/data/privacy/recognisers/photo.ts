/** Mentions of pictures of a face: files by their names, and words for full-face photographs. */
import { latin } from '../latin.ts';
import { patternRecogniser } from '../recogniser.ts';

const FORMS = [
  // English
  String.raw`(?:full[ -]face|face|facial|frontal|profile|passport|patient|id|id card|badge|portrait|head(?: and shoulders)?|booking|identification|identity|licen[cs]e|staff|employee|student|webcam|wedding|family|school|before[ -]and[ -]after|visa|membership)[ -]?(?:photo(?:graph)?s?|pictures?|images?|shots?|pics?|snaps?|portraits?)`,
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
  // Files
  String.raw`[\p{L}\p{N}_-]{1,80}\.(?:jpe?g|heic|heif|png|tiff?|webp|dng|cr2|nef|bmp)`,
];

export const recogniser = patternRecogniser({
  name: 'photo',
  kind: 'photo',
  pattern: new RegExp(latin(String.raw`(?<![\p{L}\p{N}])(?:${FORMS.join('|')})(?![\p{L}\p{N}])`), 'gi'),
  score: 0.7,
});
