/** Mentions of biometric records: a text cannot hold a fingerprint, but can lead to one. */
import { latin } from '../latin.ts';
import { patternRecogniser } from '../recogniser.ts';

/** What was taken of the body, and what it was kept as, in each order that a language has. */
const FORMS = [
  String.raw`(?:finger|thumb|palm|hand|voice|face|foot|retina|iris|ear)[ -]?prints?(?: (?:scans?|templates?|images?|records?|cards?|samples?|hash(?:es)?))?`,
  String.raw`(?:retinal?|iris|eye|fingerprint|facial|face|palm(?: vein)?|(?:finger )?vein|hand|voice|gait|ear|keystroke|heartbeat|body|skull|signature) (?:scans?|recognition|templates?|images?|patterns?|geometr(?:y|ies)|profiles?|maps?|models?|encodings?|embeddings?|vectors?|signatures?|dynamics|biometrics?|samples?|recordings?)(?: (?:reader )?(?:templates?|scans?|data))?`,
  String.raw`hand geometry(?: reader)?(?: templates?)?`,
  String.raw`biometrics|biometric (?:data|templates?|records?|identifiers?|scans?|samples?|signatures?|profiles?|enrol?lments?|hash(?:es)?|images?)`,
  String.raw`(?:dna|genetic|genomic) (?:profiles?|samples?|sequences?|tests?|data|fingerprints?|swabs?|material)|genome sequences?|buccal swabs?`,
  // German
  String.raw`(?:finger|daumen|hand|handflächen|stimm|gesichts|ohr|fuß)-?abdr[uü]ck(?:e[sn]?|s)?(?:-?scans?)?|fingerprint(?:s|-?scans?)?|(?:iris|netzhaut|retina|gesichts|venen|handvenen|finger|hand|augen)-?(?:scans?|muster[ns]?|geometrie|erkennung|template|bild(?:er)?|profil[es]?)|stimm(?:profil|muster|probe|abdruck|erkennung)\p{L}{0,3}|gang(?:profil|muster|erkennung)\p{L}{0,3}|(?:dna|dns|gen)-?(?:proben?|profil\p{L}{0,2}|analysen?|tests?|muster|spur(?:en)?)|speichelproben?|biometrische[nrsm]? (?:daten|merkmale?n?|vorlagen?|templates?|profile?|passbilder?)`,
  // French
  String.raw`empreintes? (?:digitales?|palmaires?|vocales?|génétiques?|rétiniennes?|biométriques?|faciales?|du pouce)|(?:scans?|scanner|image|lecture|reconnaissance|photographie) (?:de l['’]|d['’]|des |de la |du )?(?:iris|rétine|rétinienn?e?|faciale?|vocale?|visage|empreintes?|veines)|reconnaissance (?:faciale|vocale|de l['’]iris)|réseau veineux(?: de la (?:paume|main)| du doigt)?|(?:prélèvements?|profils?|échantillons?|tests?|analyses?) (?:d['’]|de l['’])?(?:adn|génétiques?|salivaires?)|données (?:biométriques|génétiques)|gabarits? (?:biométriques?|facia(?:l|ux)|du visage|de (?:la|sa|ma|leur) main)|modèles? (?:facia(?:l|ux)|vocal|vocaux)|géométrie (?:de la main|du visage|faciale)`,
  // Spanish and Portuguese
  String.raw`huellas? (?:dactilar(?:es)?|digital(?:es)?|de voz|vocal(?:es)?|palmar(?:es)?|genétic?a?s?|del (?:pulgar|dedo|índice)|plantar(?:es)?)|(?:escáner|escaneo|lectura|imagen|patrón|reconocimiento|mapa) (?:del? |de la )?(?:iris|retina|facial|rostro|voz|venas|ocular|palma)|reconocimiento (?:facial|de voz|del iris)|(?:muestras?|perfil(?:es)?|pruebas?|análisis) (?:de )?(?:adn|genétic[oa]s?|saliva|voz)|datos (?:biométricos|genéticos)|plantillas? (?:facial(?:es)?|biométricas?|de (?:iris|huellas?|voz))|geometría (?:facial|de la mano)|rasgos biométricos`,
  String.raw`impress(?:ão|ões) (?:digita(?:l|is)|voca(?:l|is)|palmar(?:es)?|genéticas?)|(?:leitura|scan|digitalização|reconhecimento|imagem|padrão|mapa) (?:d[aeo]s? )?(?:íris|retina|facial|rosto|voz|veias|palma)|reconhecimento (?:facial|de voz|da íris)|(?:amostras?|perfil|perfis|testes?|exames?) (?:de )?(?:adn|dna|genétic[oa]s?|saliva|voz)|(?:dados|modelos?|registos?|registros?) biométric[oa]s?|dados genéticos|biometria(?: (?:facial|digital|da face|de voz))?|geometria (?:facial|da mão)`,
  // Italian
  String.raw`impront[ae] (?:digital[ei]|vocal[ei]|palmar[ei]|genetic(?:a|he)|del (?:pollice|dito|indice))|(?:scansion[ei]|lettura|immagine|riconoscimento|mappa) (?:dell['’]|dell[ae] |del |di )?(?:iride|retina|retinica|facciale|volto|vocale|voce|vene|mano|palmo)|riconoscimento (?:facciale|vocale|dell['’]iride)|(?:campion[ei]|profil[oi]|test|tampon[ei]|analisi) (?:di |del )?(?:dna|genetic[oi]|salivar[ei]|vocal[ei])|dati (?:biometrici|genetici)|modell[oi] (?:biometric[oi]|facciale|del volto)|geometria (?:del volto|della mano|facciale)`,
  // Dutch
  String.raw`(?:vinger|duim|hand|stem|gezichts)-?afdruk(?:ken)?|(?:iris|netvlies|gezichts|hand|vinger|aderen)-?(?:scans?|herkenning|patro(?:on|nen)|profiel|geometrie|template)|stem(?:profiel|herkenning|patroon|opname)|(?:dna|speeksel)-?(?:monsters?|profiel(?:en)?|tests?|onderzoek|sporen)|biometrische (?:gegevens|kenmerken|sjablonen|data|template)|genetische gegevens`,
  // Polish
  String.raw`odcisk(?:i|ów|ami|ach|u|iem)? (?:palc(?:ów|a|ami)|kciuka|dłoni|linii papilarnych)|(?:skan\p{L}{0,3}|obraz\p{L}{0,2}|wzór|wzorzec|wzoru|rozpoznawani[eau]|geometri[aię]) (?:tęczówki|siatkówki|twarzy|głosu|dłoni|żył|naczyń krwionośnych)|prób(?:ka|ki|kę|ek|ką) (?:dna|głosu|śliny|genetyczn\p{L}{1,3})|profil\p{L}{0,3} (?:dna|genetyczn\p{L}{1,4}|biometryczn\p{L}{1,4}|głos\p{L}{1,4})|dan(?:e|ych|ymi) (?:biometryczn\p{L}{1,3}|genetyczn\p{L}{1,3})|wzor\p{L}{1,3} biometryczn\p{L}{1,4}|linie papilarne`,
  // Swedish
  String.raw`(?:finger|tum|hand|röst|ansikts)-?avtryck(?:e[nt])?s?|(?:iris|näthinne|ansikts|hand|ven|fingeravtrycks)-?(?:skanning(?:en|ar)?|scan|igenkänning(?:en)?|mönst(?:er|ret)|profil(?:en)?|geometri(?:n)?|mall(?:en)?)|röst(?:profil|prov|igenkänning)(?:en|et)?|(?:dna|saliv)-?(?:prov(?:et|er)?|profil(?:en)?|test(?:et)?|spår)|biometrisk[at]? (?:uppgift(?:er|erna)|data|mall(?:ar)?|kännetecken)|genetiska uppgifter`,
];

export const recogniser = patternRecogniser({
  name: 'biometric',
  kind: 'biometric',
  pattern: new RegExp(
    latin(
      String.raw`(?=[a-zśáéíöü])(?<![\p{L}\p{N}])(?:${FORMS.join('|')})(?:\s(?:id|no\.?|number|hash|ref(?:erence)?)\s?[:#]?\s?[A-Z0-9-]{3,40})?(?![\p{L}\p{N}])`,
    ),
    'gi',
  ),
  score: 0.75,
});
