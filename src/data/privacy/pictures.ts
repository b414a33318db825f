/** What thirteen languages call pictures, who is in them and what of a body they show. Alternatives of regular expressions. */

export interface PictureWords {
  /** What is a picture whatever is in it. */
  pictures: string;
  /** What shows windows, admissions and arrests too: a picture only of a part of a body. */
  screens: string;
  /** What may stand between the picture and its preposition. */
  between?: string;
  /** Prepositions with their space, behind which an article or a number comes. */
  of: string;
  /** Those that have the article in them, or need none. */
  ofThe: string;
  /** Articles, numbers, adjectives. */
  front: string;
  people: string;
  /** Parts of a body, and what is on one, that nothing else has. */
  bodies: string;
  /** Those that things have as well, where they are somebody's: `own`. */
  limbs: string;
  own: string;
  /** Pictures of somebody by their name alone. */
  kinds: string;
  /** Names of pictures that are somebody's only beside words for faces and passes. */
  weakKinds?: string;
  /** Where somebody is in the picture and with what: one phrase, in its own case. */
  tail: string;
  /** Whether nouns have capitals. */
  isOfCapitals?: boolean;
}

const ENGLISH_FRONT = `the|a|an|his|her|my|our|your|their|this|that|some|one|two|three|four|five|six|several|both|\\d{1,2}|young|old|elderly|little|small|newborn|unknown|unidentified|smiling|crying|sleeping|naked|injured|missing|wanted|alleged|dead|unconscious|other|same|male|female|teenage|pregnant|left|right|upper|lower|whole|full|bare|bruised|swollen|burnt|broken|bloody`;
const ENGLISH_OWN = 'his|her|my|our|your|their';

export const PICTURE_WORDS: readonly PictureWords[] = [
  {
    pictures: `photo(?:graph)?s?|pictures?|(?<!(?:disk|system|boot|docker|iso|container|kernel|base|mirror|stock|sample|public) )images?|pics?|snaps?|snapshots?|portraits?|stills?(?! (?:with|of the art))|polaroids?|close-?ups?`,
    screens: `screen ?shots?|screen ?grabs?|screen captures?|video frames?|frames?|shots?`,
    of: 'of |showing |with ',
    ofThe: 'of (?=him|her|me|us|them|my)',
    front: ENGLISH_FRONT,
    people: `child(?:ren)?|kids?|bab(?:y|ies)|infants?|toddlers?|newborns?|boys?|girls?|teen(?:ager)?s?|wom[ae]n|m[ae]n|lad(?:y|ies)|gentlem[ae]n|brides?|grooms?|couples?(?! of)|famil(?:y|ies)|mothers?|fathers?|mums?|dads?|moms?|parents?|sons?|daughters?|brothers?|sisters?|siblings|twins|wife|husband|girlfriend|boyfriend|fiancée?|nan|gran(?:ny|dad|ma|pa)?|grandmother|grandfather|grandson|granddaughter|grandchild(?:ren)?|nephews?|nieces?|aunts?|uncles?|cousins?|neighbou?rs?|friends?|customers?|patients?|suspects?|shoplifters?|thie(?:f|ves)|burglars?|intruders?|trespassers?|robbers?|attackers?|assailants?|offenders?|perpetrators?|victims?|witness(?:es)?|passengers?|pedestrians?|cyclists?|motorists?|drivers?|visitors?|guests?|residents?|tenants?|lodgers?|pupils?|students?|teachers?|employees?|colleagues?|applicants?|claimants?|defendants?|deceased|nurses?|couriers?`,
    bodies: `faces?|cheeks?|foreheads?|chins?|wounds?|rash(?:es)?|scars?|bruis(?:es?|ing)|swelling|moles?|birthmarks?|tattoos?|lesions?|injur(?:y|ies)|incision|stitches`,
    limbs: `hands?|fingers?|thumbs?|arms?|elbows?|wrists?|legs?|knees?|ankles?|f(?:oo|ee)t|toes?|heels?|back|chest|belly|stomach|shoulders?|neck|throat|head|hair|ears?|eyes?|nose|mouth|lips?|t(?:oo|ee)th|tongue|gums?|skin|body|spots?|nails?|hips?|breasts?|bump`,
    own: ENGLISH_OWN,
    kinds: `(?:newborn|school[ -]leaving|biometric|custody|line-?up) (?:portraits?|photo(?:graph)?s?|pictures?|images?|selfies?)|headshots?|mug ?shots?|selfies?(?! (?:sticks?|camera|cam|mode|light))`,
    weakKinds: `(?:reference|control|verification|enrol{1,2}ment) (?:portraits?|photo(?:graph)?s?|pictures?|images?|stills?)`,
    tail: ` (?:in|on|at|with|from|near|beside|outside|inside|behind|under|next to) (?:the|an?|his|her|my|our|their|two|three)(?: (?:new|old|little|big|first|last|left|right|front|back|red|blue|white|black|green|birthday|wedding|\\p{Ll}+ing))? \\p{Ll}{2,20}| in (?:bed|hospital|court|uniform|tears|profile|pyjamas|costume|bath)| at (?:school|work|home|church)| (?:wearing|holding|carrying|hugging|kissing|feeding|leaving|entering) (?:the|an?|his|her|my|our|their) \\p{Ll}{2,20}| (?:sitting|standing|lying|sleeping|smiling|posing|crying|asleep)(?! \\p{Ll}+ing)`,
  },
  {
    pictures: `fotos?|photos?|fotografien?|(?:video|kamera)?standbild(?:er|ern|es)?|schnappsch(?:uss|üsse)|lichtbild(?:er|ern|es)?|porträts?|portraits?|polaroids?|referenz-?fotos?|bild(?:er)?(?= (?:von|mit) )`,
    screens: `bild(?:er|ern|es)?|aufnahmen?|nahaufnahmen?|screenshots?|bildschirmfotos?|referenzbild(?:er)?`,
    of: 'von |mit ',
    ofThe: 'vom |des |der |eines |einer |meines |meiner |seines |seiner |ihres |ihrer |unserer |unseres ',
    front: `de[rnms]|die|das|(?:ein|mein|sein|ihr|unser|dein)(?:e[mnrs]?)?|zwei(?:er)?|drei(?:er)?|vier|beide[nr]|mehrere[rn]?|(?:klein|jung|alt|link|recht|neugeboren|unbekannt|verletzt)e[nmrs]?`,
    people: `kind(?:e?s|er|ern)?|babys?|säuglings?|neugeborenen?|sohne?s?|söhnen?|tochter|töchtern?|jungen?|mädchens?|frau(?:en)?|mann(?:es|s)?|männern?|dame|herrn|braut|bräutigams?|brautpaar(?:e?s)?|familie|mutter|vaters?|eltern|bruders?|schwester|geschwistern?|zwillingen?|oma|opas?|großmutter|großvaters?|enkel(?:s|in|kinde?r?n?)?|ehefrau|ehemann(?:e?s)?|freundin|freund(?:e?s)?|tante|onkels?|nachbar(?:n|in|s)?|kundin|patient(?:en|in)|verdächtigen?|täter(?:s|in)?|(?:laden)?dieb(?:e?s|in)?|einbrechers?|opfers?|zeug(?:en|in)|fahr(?:ers?|erin|gast(?:e?s)?)|radfahrers?|beifahrers?|schüler(?:s|in|innen|n)?|mitarbeiter(?:s|in)?|bewohner(?:s|in)?|mieter(?:s|in)?|kläger(?:s|in)|beschuldigten?|geschädigten?|versicherten?|spieler(?:s|in)|kolleg(?:en|in)|verstorbenen?`,
    bodies: `gesicht(?:e?s|er)?|wangen?|stirn|kinns?|wunden?|narben?|verletzung(?:en)?|hämatoms?|prellung(?:en)?|hautausschlags?|muttermal(?:e?s)?|leberflecks?|tattoos?|schwellung`,
    limbs: `hand|hände|fingers?|arm(?:e?s)?|ellbogens?|bein(?:e?s)?|knies?|knöchels?|fuß(?:es)?|füße|rückens?|brust|bauch(?:e?s)?|schulter|hals(?:es)?|kopf(?:e?s)?|haare|ohr(?:e?s|en)?|augen?|nase|mund(?:e?s)?|lippen?|zähne|zahn(?:e?s)?|zunge|haut|körpers?|fleck(?:e?s)?|ausschlags?`,
    own: '(?:mein|sein|ihr|dein)(?:e[mnrs]?)',
    kinds: `erkennungsdienstliche[nrs]? (?:lichtbild(?:er|ern|aufnahmen?)?|fotos?|aufnahmen?|bild(?:er|ern)?)|biometrische[nrs]? (?:fotos?|lichtbild(?:er|ern|s)?|bild(?:er|ern|s)?)|(?:bewerbungs|front|blitzer|radar|fahndungs|vermissten|neugeborenen|schulabschluss|kontroll-?selfie)-?(?:fotos?|bild(?:er|ern)?|porträts?)|selfies?`,
    weakKinds: `(?:referenz|kontroll|vergleichs)-?(?:foto|bild)(?:s|er|ern)?(?: (?:vom|am|an der|von der) \\p{L}{4,16})?`,
    tail: ` (?:im|am|beim|(?:in|auf|an|vor|hinter|neben|mit) (?:der|dem|den|(?:ein|sein|ihr|mein)e[mrn]))(?: \\p{Ll}{3,12}e[nm])? \\p{Lu}\\p{Ll}{2,20}`,
    isOfCapitals: true,
  },
  {
    pictures: `photos?|photographies?|clichés?|images?|portraits?|polaroïds?|polaroids?|instantanés?`,
    screens: `captures?(?: (?:d['’]écran|vidéo))?|arrêts? sur image|gros plans?`,
    between: `de (?:groupe|famille|classe|profil|face|mariage|vacances)|polaroïd|polaroid|en noir et blanc|couleur|floue|récente|ancienne|nette|encadrée|dédicacée`,
    of: `de |avec |montrant |d['’]`,
    ofThe: `du |des `,
    front: `les?|la|une?|mon|ma|mes|son|sa|ses|ton|ta|tes|notre|nos|votre|vos|leurs?|cette|cet|ce|ces|deux|trois|quatre|plusieurs|quelques|jeunes?|petite?s?|vieille|vieux|autres?`,
    people: `enfants?|bébés?|nourrissons?|nouveau-nés?|fils|filles?|fillettes?|garçons?|femmes?|hommes?|dames?|monsieur|mariée?s?|couples?(?! (?:de|moteur|conique))|famille|mères?|pères?|mamans?|papas?|parents?|frères?|sœurs?|soeurs?|jumeaux|jumelles|époux|épouse|mari|compagne|compagnon|copine|copain|amie?s?|grand-mère|grand-père|mamie|papi|petit-fils|petite-fille|petits-enfants|neveu|nièce|voisine?s?|patiente?s?|suspecte?s?|voleu(?:r|se)s?|cambrioleurs?|agresseurs?|victimes?|témoins?|passagers?|passagère|piétons?|cycliste|conducteurs?|conductrice|élèves?|salariée?s?|locataires?|résidente?s?|défunte?s?|collègues?|plaignante?|prévenue?|accusée?|joueu(?:r|se)s?|cliente`,
    bodies: `visages?|joues?|mentons?|plaies?|blessures?|cicatrices?|lésions?|brûlures?|hématomes?|grains? de beauté|tatouages?`,
    limbs: `mains?|doigts?|bras|coudes?|poignets?|jambes?|genoux?|chevilles?|pieds?|orteils?|dos|poitrine|ventre|épaules?|cou|gorge|tête|cheveux|oreilles?|yeux|œil|oeil|nez|bouche|lèvres?|dents?|langue|peau|corps|taches?|boutons?|ongles?`,
    own: `mon|ma|mes|son|sa|ses|ton|ta|tes|votre|vos|leurs?`,
    kinds: `portraits? d['’]identité|(?:photos?|portraits?) (?:biométriques?|(?:de|du) badge|de (?:groupe|classe|famille|mariage|naissance))|selfies?(?: de (?:contrôle|vérification|sécurité|groupe|famille|vacances))?`,
    weakKinds: `(?:photos?|clichés?|images?|portraits?) de (?:référence|contrôle)`,
    tail: ` (?:dans|sur|avec|devant|chez|derrière|sous) (?:les?|la|une?|mon|ma|mes|son|sa|ses|notre|leurs?)(?: petite?s?)? \\p{Ll}{2,20}| (?:dans|sur|à) l['’]\\p{Ll}{2,20}| (?:au|à la) (?!(?:police|mairie|direction|demande|presse|dossier)(?!\\p{L}))\\p{Ll}{2,20}| en (?:maillot|pyjama|uniforme|robe|larmes|bikini|vacances)`,
  },
  {
    pictures: `fotos?|fotografías?|fotografias?|imagen|imágenes|retratos?|instantáneas?|polaroids?`,
    screens: `capturas?(?: de pantalla)?|fotogramas?|pantallazos?|primer plano`,
    between: `de (?:grupo|familia|estudio|boda)|reciente|antigua|borrosa|a color|en blanco y negro|enmarcada`,
    of: `de |con `,
    ofThe: `del `,
    front: `la|el|los|las|una?|unos|unas|mis?|sus?|tus?|nuestr[oa]s?|est[ea]|dos|tres|cuatro|varios|varias|joven|pequeñ[oa]s?|otr[oa]s?`,
    people: `niñ[oa]s?|bebés?|hij[oa]s?|niet[oa]s?|chic[oa]s?|mujer(?:es)?|hombres?|señora?s?|novi[oa]s?|pareja|familia|madre|padres?|mamá|papá|herman[oa]s?|abuel[oa]s?|espos[oa]|marido|gemel[oa]s|amig[oa]s?|sobrin[oa]s?|prim[oa]s?|vecin[oa]s?|pacientes?|sospechos[oa]s?|ladr(?:ón|ona|ones)|agresor(?:a|es)?|víctimas?|testigos?|pasajer[oa]s?|peatón|ciclista|conductora?|alumn[oa]s?|emplead[oa]s?|inquilin[oa]s?|candidat[oa]s?|demandantes?|demandad[oa]s?|denunciantes?|acusad[oa]s?|detenid[oa]s?|trabajador(?:a|es)?|jugador(?:a|es)?|difunt[oa]|clienta`,
    bodies: `caras?(?! (?:norte|sur|frontal|posterior|superior|inferior|interior|exterior|trasera|delantera))|rostros?|mejillas?|heridas?|cicatri(?:z|ces)|lesi(?:ón|ones)|quemaduras?|moret(?:ón|ones)|hematomas?|lunar(?:es)?|tatuajes?`,
    limbs: `manos?|dedos?|brazos?|codos?|muñecas?|piernas?|rodillas?|tobillos?|pies?|espalda|pecho|barriga|hombros?|cuello|cabeza|pelo|orejas?|ojos?|nariz|boca|labios?|dientes?|lengua|piel|cuerpo|manchas?|uñas?`,
    own: `mis?|sus?|tus?`,
    kinds: `(?:fotos?|fotograf[ií]as?|retratos?) (?:biom[ée]tric[oa]s?|tamaño (?:infantil|carn[ée]|pasaporte)|[34]x4|de (?:carn[ée]|pasaporte|identidad|identificación|grupo|boda|comunión|recién nacid[oa]))|selfies?(?: de (?:verificación|control|grupo|seguridad))?|selfis?`,
    weakKinds: `(?:fotos?|fotograf[ií]as?|imagen|retratos?) de (?:referencia|control)`,
    tail: ` (?:en|con|sobre|ante|junto a) (?:la|el|los|las|una?|mis?|sus?|tus?|dos) \\p{Ll}{2,20}| al \\p{Ll}{2,20}| en (?:bañador|pijama|uniforme|bikini|clase|brazos)`,
  },
  {
    pictures: `foto(?:grafi[ae])?|immagin[ei]|ritratt[oi]|prim[oi] pian[oi]|scatt[oi]|istantane[ae]|polaroid`,
    screens: `screenshot|fermo immagine|fotogramm[ai]|schermat[ae]|primo piano`,
    between: `di (?:gruppo|famiglia|classe)|recente|vecchia|sfocata|a colori|in bianco e nero|incorniciata`,
    of: `di |con `,
    ofThe: `del |della |dell['’]|dello |dei |degli |delle `,
    front: `il|la|lo|gli|i|le|un[oa]?|mi[oae]|miei|su[oae]|suoi|tu[oae]|nostr[oa]|due|tre|quattro|giovane|piccol[oaie]|altr[oaie]`,
    people: `bambin[oaie]|neonat[oaie]|figli[oae]?|nipot[ei]|ragazz[oaie]|donn[ae]|uom(?:o|ini)|signor[ae]|spos[oaie]|coppia|famiglia|madre|padre|mamma|papà|fratell[oi]|sorell[ae]|nonn[oaie]|moglie|marito|fidanzat[oa]|gemell[ei]|amic[oai]|amiche|zi[oa]|cugin[oa]|vicin[oa]|pazient[ei]|sospett(?:ato|ata)|ladr[oi]|aggressor[ei]|vittim[ae]|testimon[ei]|passegger[oai]|pedone|ciclista|conducente|alunn[oaie]|dipendent[ei]|candidat[oaie]|richiedent[ei]|imputat[oa]|indagat[oa]|lavorator[ei]|lavoratrice|giocator[ei]|giocatrice|inquilin[oa]|defunt[oa]`,
    bodies: `vis[oi]|volt[oi]|guanc(?:ia|e)|ferit[ae]|cicatric[ei]|lesion[ei]|ustion[ei]|livid[oi]|ematom[ai]|ne[oi]|tatuagg(?:io|i)`,
    limbs: `man[oi]|dit[oa]|bracci[oa]|gomit[oi]|pols[oi]|gamb[ae]|ginocchi[oa]?|cavigli[ae]|pied[ei]|schiena|petto|pancia|spall[ae]|collo|testa|capelli|orecchi[oae]?|occhio?|naso|bocca|labbra|dent[ei]|lingua|pelle|corpo|macchi[ae]|unghi[ae]`,
    own: `mi[oae]|miei|su[oae]|suoi|tu[oae]`,
    kinds: `(?:foto(?:grafi[ae])?|ritratt[oi]) (?:biometric(?:a|he|o|i)|d['’]identità|di (?:gruppo|classe|famiglia|nozze|matrimonio))|selfie(?: di (?:verifica|controllo|gruppo))?`,
    weakKinds: `(?:foto(?:grafi[ae])?|immagin[ei]|scatt[oi]) di (?:riferimento|controllo)`,
    tail: ` (?:nel|nella|sul|sulla|al|alla|con (?:la|il|un|una|i|le)(?: su[oae])?|con suoi?|con sua|davanti (?:al|alla)) \\p{Ll}{2,20}| (?:all|nell|sull)['’]\\p{Ll}{2,20}| in (?:costume|pigiama|divisa|braccio|spiaggia)`,
  },
  {
    pictures: `fotos?|fotografias?|imagem|imagens|retratos?|instantâneos?|polaroids?`,
    screens: `capturas?(?: de (?:tela|ecrã))?|prints?|frames?|close`,
    between: `de (?:grupo|família|turma|estúdio|casamento)|recente|antiga|desfocada|a cores|a preto e branco|em preto e branco`,
    of: `de |com |dum |duma `,
    ofThe: `do |da |dos |das `,
    front: `o|a|os|as|um(?:a|as)?|uns|meus?|minhas?|seus?|suas?|teus?|tuas?|noss[oa]s?|dois|duas|três|quatro|vári[oa]s|jovem|pequen[oa]s?|outr[oa]s?`,
    people: `crianças?|beb[êé]s?|recém-nascid[oa]s?|filh[oa]s?|net[oa]s?|menin[oa]s?|rapaz(?:es)?|moç[oa]|mulher(?:es)?|homem|homens|senhora?s?|noiv[oa]s?|casal|família|mãe|pai|pais|irmãs?|irmãos?|av[óô]s?|vov[óô]|espos[oa]|marido|namorad[oa]|g[éê]meos|amig[oa]s?|tia|tio|sobrinh[oa]s?|prim[oa]s?|vizinh[oa]s?|pacientes?|utente|suspeit[oa]s?|ladrão|ladrões|agressor(?:a|es)?|vítimas?|testemunhas?|passageir[oa]s?|ciclista|condutora?|motorista|alun[oa]s?|funcionári[oa]|candidat[oa]s?|arguid[oa]s?|réus?|requerentes?|denunciantes?|trabalhador(?:a|es)?|jogador(?:a|es)?|inquilin[oa]|falecid[oa]`,
    bodies: `rostos?|caras?|bochechas?|feridas?|cicatriz(?:es)?|lesão|lesões|queimaduras?|hematomas?|tatuage(?:m|ns)`,
    limbs: `mãos?|dedos?|braços?|cotovelos?|pulsos?|pernas?|joelhos?|tornozelos?|pés?|costas|peito|barriga|ombros?|pescoço|cabeça|cabelo|orelhas?|olhos?|nariz|boca|lábios?|dentes?|língua|pele|corpo|manchas?|unhas?|pintas?`,
    own: `meus?|minhas?|seus?|suas?|teus?|tuas?`,
    kinds: `(?:fotos?|fotografias?|retratos?) (?:biométric[oa]s?|tipo passe|de (?:identidade|identificação|grupo|turma|casamento|recém-nascido))|selfies?(?: de (?:verificação|controle|controlo|grupo|segurança))?`,
    weakKinds: `(?:fotos?|fotografias?|imagem) de (?:referência|controlo|controle)`,
    tail: ` (?:n[oa]s?|com (?:o|a|os|as|um|uma)(?: (?:seu|sua|meu|minha))?|com (?:seu|sua|meu|minha)|em frente [aà]o?|num|numa) \\p{Ll}{2,20}| de (?:fato de banho|biquíni|pijama|uniforme)`,
  },
];
