/** What words beside a name say, whichever they are: one letter for all of a sort, in nine languages. */
import { remembered } from '../../../base/remembered.ts';
import { TITLES } from '../name-words.ts';
import { JOBS, THINGS } from './role-nouns.ts';
import { isRole } from './roles.ts';

const CLASSES: Readonly<Record<string, string>> = {
  /** Firms and offices, behind their names and before them. */
  f: `gmbh ag kg ohg ug mbh ltd llc llp inc plc corp co company bros sons partners group holding holdings limited bank sa sas sarl eurl spa srl snc sl slu bv nv vof sp zoo ab aktiebolag hb lda ltda oy
    firma fa firm società ditta empresa sociedad société entreprise bedrijf företaget spółka restaurant hotel café pub brasserie ristorante trattoria clinic hospital klinik klinikum spital praxis school schule college university universität
    université universidad università universidade universiteit uniwersytet stiftung foundation verlag brauerei bäckerei metzgerei apotheke pharmacy farmacia pharmacie services solutions logistics insurance versicherung motors foods stores
    filiale filialen markt supermarkt kette konzern werk hersteller lieferant händler branch branches store shop shops dealer supplier manufacturer chain magasin magasins enseigne fournisseur fabricant usine tienda tiendas proveedor fabricante fábrica negozio negozi fornitore fabbrica stabilimento loja lojas fornecedor winkel winkels leverancier fabrikant sklep sklepy dostawca producent butik butiken butiker leverantör tillverkare obchod prodejna mağaza şirket magazin bolt kauppa butikk medical center systems software analytics technologies tech digital media energy capital partners ventures`,
  /** Diseases, tests and discoveries called after somebody. */
  d: `disease syndrome disorder palsy sign test scale score index law theorem equation effect algorithm method procedure operation reaction stain coefficient distribution number
    morbus krankheit syndrom zeichen skala gesetz verfahren thyreoiditis reaktion maladie loi échelle signe théorème enfermedad síndrome escala ley signo malattia sindrome scala legge segno morbo doença escala lei ziekte syndroom schaal wet
    choroba zespół skala prawo test sjukdom syndrom skalan lag`,
  /** Places and what stands in them. */
  p: `street road avenue lane drive square park bridge station airport river lake mount valley island islands county city town village bay beach hill hills bank line church cathedral stadium
    straße strasse platz weg allee gasse brücke bahnhof see berg tal insel rue place avenue boulevard gare lac mont plage pont calle plaza avenida paseo parque lago monte playa puente via piazza viale corso lago monte ponte
    rua praça avenida largo lagoa straat plein laan gracht station meer ulica plac aleja jezioro góra gatan vägen torget sjön warehouse depot reception line route exit lager linie ausfahrt fluss ufer ligne sortie rivière río fiume rio rivier kade kanaal rzeka most linia linje älven hamnen vej gade allé plads vei gate katu tie ulice náměstí řeka utca út tér strada bulevardul sokak cadde mahallesi near nach in à en a te w i em bei`,
  /** Who is related, or works, or lives there. */
  k: `wife husband son daughter mother father mum mom dad brother sister uncle aunt cousin niece nephew grandma grandpa grandmother grandfather nan gran partner fiancé fiancée widow widower baby kid twin friend mate neighbour neighbor roommate flatmate landlord landlady boss colleague
    frau mann sohn tochter mutter vater bruder schwester oma opa onkel tante cousin kusine nichte neffe freundin freund lebensgefährte lebensgefährtin witwe zwilling nachbar nachbarin chef kollege
    femme mari fils fille mère père frère sœur soeur mamie papi oncle tante cousine neveu nièce copain copine conjoint conjointe époux épouse veuve voisin voisine ami amie
    mujer marido hijo hija madre padre hermano hermana abuela abuelo tío tía primo prima sobrino sobrina esposa esposo novia novio viuda vecino vecina amigo amiga
    moglie marito figlio figlia fratello sorella nonna nonno zio zia cugino cugina nipote compagno compagna vedova vicino vicina amico amica
    mulher marido filho filha mãe pai irmão irmã avó avô tio tia primo prima sobrinho esposa esposo viúva vizinho vizinha vó vô
    vrouw man zoon dochter moeder vader broer zus oma opa oom tante neef nicht partner weduwe buurman buurvrouw vriend vriendin
    żona mąż syn córka matka ojciec brat siostra babcia dziadek wujek ciocia kuzyn wnuk wnuczka żony męża syna córki mama tata
    hustru make son dotter mor far mamma pappa bror syster mormor farmor morfar farfar moster faster kusin sambo änka granne dottern sonen hustrun maken
    žena muž dcera matka otec bratr sestra babička děda strýc teta soused sousedka paní pan feleség férj fiú lány anya apa testvér nagymama szomszéd soție soț fiu fiică mamă tată frate soră bunică vecin doamna domnul
    eş kızı oğlu annesi babası kardeş abla ağabey komşu bey hanım vaimo mies poika tytär äiti isä veli sisko mummo naapuri rouva herra kone mann sønn datter hustru ektemann bestemor nabo nabolag søn kone svigermor svigerfar schwager schwägerin schwiegermutter schwiegervater schwiegersohn schwiegertochter enkel enkelin patenkind pate patin
    mother-in-law father-in-law son-in-law daughter-in-law half-sister half-brother half-sibling stepmother stepfather sister-in-law brother-in-law stepson stepdaughter grandson granddaughter godson goddaughter beau-père belle-mère beau-frère belle-sœur gendre belle-fille petit-fils petite-fille suegra suegro cuñado cuñada yerno nuera nieto nieta suocera suocero cognato cognata genero nuora coniugi coniuge sogra sogro cunhado cunhada genro nora neto neta casal cônjuge
    schoonmoeder schoonvader schoonzus zwager kleinzoon kleindochter teść teściowa szwagier szwagierka zięć synowa żonę siostry brata matki ojca svärmor svärfar svåger svägerska barnbarn`,
  /** Who does what there. */
  j: Object.values(JOBS).join(' '),
  /** Goods, plants and dishes, which are called after people and towns. */
  m: Object.values(THINGS).join(' '),
  /** Verbs of saying, asking and doing, behind whoever does. */
  v: `says said states stated reports reported denies denied asks asked told tells wrote writes called calls rang signed emailed texted confirmed agreed refused complains complained wants wanted needs claims claimed was is has had will would can did does went came left arrived works worked lives lived paid owes
    sagt sagte fragt fragte schreibt schrieb meint meinte berichtet berichtete klagt bittet rief ruft wohnt arbeitet hat hatte ist war wird will kommt kam
    dit demande demandé écrit appelle affirme déclare signale habite travaille est était a avait veut va
    dice dijo pide pidió escribe escribió llama llamó declara refiere vive trabaja es era tiene tenía quiere
    chiede scrive chiama dichiara riferisce abita lavora è era ha aveva vuole
    disse diz pede pediu escreve ligou relata mora trabalha é era tem tinha quer
    zegt zei vraagt vroeg schrijft belt belde verklaart meldt woont werkt heeft had wil gaat
    mówi powiedział powiedziała pisze prosi dzwoni zgłasza mieszka pracuje jest był była ma miał miała chce
    säger sa frågar skriver ringde ringer uppger bor arbetar är var har hade vill`,
  /** Greetings, farewells and words that bring a name. */
  g: `hi hello hey dear thanks thx cheers regards sincerely yours love best ciao hallo liebe lieber lg vg mfg gruß grüße servus moin grüezi bonjour salut cher chère bisous cordialement hola querido querida saludos atentamente besos buongiorno cara caro saluti oi olá abraços beijos att hoi beste groet groetjes mvg cześć drogi droga pozdrawiam pozdr hej hejsan mvh kram hälsningar
    ask tell call remind contact named called name meet per von durch par por da door przez av till à an für pour para per voor dla för to from with by for via met mit avec con com z med`,
  /** Labels of forms. */
  l: `name patient pt client customer contact signed attn cc recipient sender employee tenant landlord applicant witness insured owner holder guest member surgeon nurse doctor physician carer caller participant student pupil teacher driver
    patientin kunde kundin mieter mieterin zeuge zeugin antragsteller versicherter inhaber inhaberin chirurg pflegekraft unterschrift cliente nom titulaire signataire témoin locataire salarié nombre titular firmado testigo inquilino paciente nome titolare firmato teste paziente
    assinado testemunha utente naam klant huurder getuige patiënt imię pacjent klient świadek podpis namn patienten kund vittne`,
};

const OF = new Map<string, string>();
for (const [letter, words] of Object.entries(CLASSES)) {
  for (const word of words.split(/\s+/)) if (!OF.has(word)) OF.set(word, letter);
}

const MOST_KNOWN = 50_000;

/** "-" for what is none of them. */
export const classOf = remembered(MOST_KNOWN, (lower): string =>
  TITLES.has(lower) ? 't' : (OF.get(lower) ?? (isRole(lower) ? 'r' : '-')),
);
