/** Mentions of pictures of a face: words for full-face photographs, and for pictures of somebody. */
import { latin } from '../latin.ts';
import { withPhrases } from './noun-phrase.ts';
import { recogniser as pictureFiles } from './photo-file.ts';
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
  String.raw`biometrisch\p{L}{0,2} pass(?:bild|foto)\p{L}{0,2}|überwachungs(?:aufnahme|foto|bild)\p{L}{0,2}|porträtfotos?|selfie com documento|portraits? of the (?:boy|girl|child|couple|family|deceased|victim)|(?:head[- ]and[- ]shoulders|frontal|passport[- ]sized?) photo(?:graph)?s?(?: of (?:the )?\p{L}+)?|zdjęci\p{L}{1,3} (?:sąsiada|sąsiadki|dziecka|syna|córki|pacjentki|klienta)`,
  // What a picture shows of somebody's body, and where one lies
  String.raw`(?:(?:clinical|medical|passport[- ]siz(?:e|ed)|recent|enclosed|attached) )(?:photo(?:graph)?s?|pictures?)(?: of (?:the|his|her|their|my) (?:\p{L}+ )?\p{L}+)?`,
  String.raw`(?:photo(?:graph)?s?|pictures?|close-?ups?) of (?:(?:him|her|my)self|themselves|(?:the|his|her|my|their) (?:(?:left|right|surgical|open|infected) )?(?:incision|wound|injur(?:y|ies)|rash|lesions?|scars?|bruis(?:e|es|ing)|h(?:a|)ematoma|mole|ulcer|burns?|tattoo|swelling|arms?|legs?|hands?|foot|feet|back|head|eyes?|skin|teeth))|photo(?:graph)? (?:on|at) (?:the )?(?:reverse|back|file)`,
  String.raw`(?:foto|bild|aufnahme|lichtbild)(?:s|er|en)? (?:vom|des|der|von der|von dem) (?:hämatoms?|wunde|verletzung(?:en)?|narbe|prellung(?:en)?|ausschlags?|patient(?:in|en)?|bewohner(?:in|s)?|klient(?:in|en)?|antragsteller(?:in|s)?|mitarbeiter(?:in|s)?|opfers?|täters?)`,
  String.raw`photos? (?:de (?:la |sa |l['’])(?:plaie|blessure|cicatrice|lésion|hématome)|jointe|ci-jointe)|portrait joint|(?:foto|fotografía|imagen) de (?:la |su )(?:herida|lesión|cicatriz|quemadura)|foto (?:adjunta|allegata|anexa|em anexo)|foto(?:grafia)? (?:della |del )(?:ferita|lesione|cicatrice|ematoma)|foto da (?:ferida|lesão|cicatriz)|foto['’]?s? van (?:de wond|het letsel|het litteken|de blauwe plek)|foton? på (?:skadan|såret|ärret|ansiktet|patienten)|(?:aktualne )?(?:zdjęcie|zdjęcia|fotografia) (?:twarzy|rany|blizny|obrażeń)`,
  // Occasions, and what more languages say
  String.raw`(?:yearbook|engagement|christening|prom|intake|admission|enrol{1,2}ment|onboarding|access[ -]card|permit|corporate|author|press|staff[ -]page|website|lesion|intraoral|dental|smile|close-?up|bodycam|body-?worn|doorbell|dash ?cam|speed camera|security|cctv|webcam|surveillance|profile|avatar|passport[- ](?:size|sized|style)|intake|reception|counter)[ -](?:photo(?:graph)?s?|pictures?|images?|shots?|pics?|stills?|snapshots?|frames?)|(?:photo(?:graph)?|picture|image|pic|snapshot|still)s?(?= of (?:his|her|their|my|your|our|the (?:patient|child|victim|suspect|driver|baby|deceased|claimant|tenant|applicant)))`,
  String.raw`(?:familien|hochzeits|klassen|gruppen|team|urlaubs|baby|kinder|schul|einschulungs|verletzungs|wund|tatort|blitzer|radar|webcam|personal|kamera|messe|vereins|kommunion|konfirmations|abi|lichtbildausweis)-?(?:foto|bild|aufnahme)(?:s|er|ern|en|n)?|(?:foto|bild|aufnahme)s?(?= (?:frontal|von vorn|im profil))|fotos? (?:ihre[rs]|seine[rs]|meine[rs]) \p{L}{3,16}`,
  String.raw`photos? de (?:classe|famille|mariage|groupe|vacances|couple|baptême|naissance|profil|son fils|sa fille|mes enfants)|photo (?:scolaire|d['’]identité|officielle|de CV)|fotos? de (?:familia|boda|clase|grupo|orla|comunión|carnet|(?:su|mi) hij[oa]|turma|família|casamento|formatura|perfil)|foto(?:graf[ií]a)?s? (?:del|de la|do|da|della|de su|de mi) (?:dni|nie|pasaporte|permiso|carnet|licencia|rg|cnh|cpf|filh[oa]|hij[oa]|niñ[oa]|menin[oa]|criança|bebé|bebê|espos[oa]|mãe|pai|madre|padre|rostro|rosto|cara|patente|carta d['’]identità|bambin[oa]|permis)|trombinoscopes?|wizerun(?:ek|ku|kiem) twarzy|foto di (?:classe|famiglia|gruppo|matrimonio|laurea|suo figlio|sua figlia)|(?:trouw|familie|klassen|groeps|team|vakantie|baby|kinder|profiel|bewakings)-?foto(?:['’]?s)?|zdjęci\p{L}{1,3} (?:rodzinn|ślubn|klasow|profilow|paszportow|legitymacyjn)\p{L}{1,3}|(?:bröllops|familje|klass|grupp|skol|barn|profil|övervaknings)-?(?:foto|bild)(?:n|en|t|et|er|erna)?`,
  String.raw`(?:pass?|profil|portræt|portrett|ansigts|ansikts|id|legitimations|medarbejder|ansatt|klasse|skole|patient|pasient|bryllups|familie|overvågnings|overvåkings|kørekort|førerkort|gruppe|elev)-?(?:foto|billede|bilde|fotografi)(?:t|et|r|er|ne|erne|s|n)?|portræt(?:ter|tet)?|portrett(?:er|et)?|(?:foto|billede|bilde|fotografi)(?:t|et|r|er)?(?= a[fv] (?:hendes|hans|hennes|mit|mitt|patientens|pasientens|min|sin|såret|såret|ansigtet|ansiktet|skaden|arret))`,
  String.raw`(?:pasov|průkazov|profilov|portrétn|rodinn|svatebn|školn|třídn|služebn|bezpečnostn|obličejov)\p{L}{1,3} (?:fot(?:k|ografi)\p{L}{1,2}|snímek|snímk\p{L}{1,2}|foto)|(?:fot(?:k|ografi)\p{L}{1,2}|snímek|snímky|portrét) (?:obličeje|tváře|pacienta|pacientky|dítěte|rány|jizvy|zranění|oběti|podezřelého|klienta|řidiče|zaměstnance|(?:jeho|její|svého|mého|mé) \p{Ll}{3,12})|portrét\p{L}{0,2}|fot(?:ka|ku|o) (?:z občanky|do průkazu|na průkaz|na občanku)`,
  String.raw`(?:vesikalık|biyometrik|profil|pasaport|yüz|düğün|aile|sınıf|hasta|portre|kimlik|personel|güvenlik kamerası) (?:fotoğraf|resim|resm|görüntü|foto)\p{L}{0,6}|vesikalık\p{L}{0,5}|portresi\p{L}{0,3}|özçekim\p{L}{0,3}|(?:passi|henkilö|kasvo|profiili|luokka|hää|perhe)-?kuva\p{L}{0,4}`,
];

/** The picture's file is what is looked for: "her passport photo (pass_ann.jpg)". */
const NAMED_FILE =
  /^[^.!?\n]{0,24}?[\s("'](?<file>[\w-]{1,60}\.(?:jpe?g|png|heic|tiff?|webp|bmp|gif|mp4|mov))(?![\p{L}\p{N}])/iu;

/** Only where the file is found: "her passport photo is in kitchen_plan.jpg" loses nothing. */
function namesFile(behind: string): boolean {
  const file = NAMED_FILE.exec(behind)?.groups!.file;
  return file !== undefined && [...pictureFiles.find(file)].length > 0;
}

export const recogniser = withPhrases(
  patternRecogniser({
    name: 'photo',
    kind: 'photo',
    pattern: new RegExp(latin(String.raw`(?<![\p{L}\p{N}])(?:${FORMS.join('|')})(?![\p{L}\p{N}])`), 'gi'),
    isOfWords: true,
    score: 0.7,
  }),
  namesFile,
);
