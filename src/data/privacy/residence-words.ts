/** Words beside which a town is where somebody lives: verbs of living and moving, and what people are called by what they are to others. */

function words(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(/\s+/)));
}

/** Somebody lives or moves somewhere. */
export const LIVING = words(
  'live lives lived living reside resides resided residing resident residents residence location based relocate relocates relocated relocating moved moving moves rents rented renting retired commutes commuting domiciled hometown stays staying settled home',
  'wohnt wohne wohnen wohnte wohnend wohnhaft wohnh lebt lebe leben lebte lebend lebende wohnsitz zog zieht ziehen gezogen umgezogen verzogen zieh gemeldet ansässig beheimatet zuhause daheim pendelt wohnort heim heimgekehrt heimkehrt daham dahoam',
  'habite habitent habitait habitant habitons vit vivent vivait vivant réside résidant résident résidait demeure demeurant demeurait domicilié domiciliée domicile installé installée installés installées rentre rentrée hébergé hébergée loge déménage déménagé emménagé emménage',
  'vive vivo viven vivía viviendo vivimos reside residen residente residentes residía mudó mudaron mudado muda mudan trasladó trasladado empadronado empadronada radicado radicada afincado afincada domiciliado domiciliada domicilio',
  'abita abito abitano abitante abitava vivono risiede risiedono residenti trasferito trasferita trasferiti trasferisce sta dorme alloggia domiciliati dimorante reperibile rientra rientrata',
  'mora moro moram morava morando vivem mudou mudou-se mudaram mudei morador moradora moradores morada',
  'woont woon wonen woonde woonachtig wonende verhuisd verhuist verhuisde verhuizen thuis getrokken',
  'mieszka mieszkam mieszkają mieszkał mieszkała zamieszkały zamieszkała zam zameldowany zameldowana przeprowadził przeprowadziła przeprowadzili przeprowadza przeprowadzka wyprowadził wyprowadziła',
  'bor bo bodde bosatt bosatta flyttade flyttat flyttar flytta folkbokförd folkbokförda hemmahörande hemma hem',
  'boede bosat bopæl flyttede flyttet flytter folkeregisteradresse bosted hjem hjemme',
  'bydlí bydlel bydlela bydlím bytem žije žijí přestěhoval přestěhovala přestěhovali stěhuje',
  'oturuyor oturuyorum oturan yaşıyor yaşayan ikamet taşındı taşındık taşınıyor mukim ilinde ilçesinde',
  'asuu asun asuva muutti muutto muuttaa kotiin kotona locuiește locuiesc stă mutat mutată domiciliat domiciliată lakik lakom lakó él élek költözött κατοικεί μένει живёт живет проживает мешкає проживає',
);

/** Whoever they are, they live somewhere. */
export const PEOPLE = words(
  'mother father brother sister daughter husband wife mum mom dad aunt uncle cousin grandmother grandfather grandson granddaughter nephew niece parents family friend girlfriend boyfriend fiancé fiancée neighbour neighbor widow widower in-laws customer client claimant plaintiff defendant applicant candidate tenant landlord patient pt buyer seller employee colleague contractor witness subscriber pensioner retiree volunteer caller borrower policyholder beneficiary nok pensioners sons daughters sisters brothers',
  'mutter vater bruder schwester sohn tochter ehemann ehefrau oma opa tante onkel cousine großmutter großvater enkel enkelin neffe nichte eltern familie freund freundin partnerin nachbar nachbarin witwe kunde kundin kunden mandant mandantin kläger klägerin beklagte beklagter bewerber bewerberin mieter mieterin vermieter vermieterin patientin patienten bewohner bewohnerin käufer käuferin verkäufer mitarbeiter mitarbeiterin kollege kollegin zeuge zeugin rentner rentnerin anrufer anruferin versicherte versicherter lehrling schwager schwägerin verlobte schwiegermutter',
  'mère père frère sœur soeur fils fille mari femme épouse époux oncle cousin grand-mère grand-père neveu nièce famille ami amie compagnon compagne voisin voisine cliente patiente locataire bailleur candidat candidate salarié salariée assuré assurée témoin demandeur prévenu acheteur vendeur retraité retraitée étudiante veuve',
  'madre padre hermano hermana hijo hija marido esposa esposo tía tío primo prima abuela abuelo nieto nieta sobrino sobrina padres familia amigo amiga pareja cliente clienta clientes paciente inquilino inquilina arrendatario candidata empleado empleada asegurado asegurada testigo demandante demandado comprador vendedor trabajadora jubilado jubilada viuda',
  'fratello sorella figlio figlia moglie zia zio cugino cugina nonna nonno nipote genitori famiglia amico amica paziente conduttore candidato dipendente assicurato assicurata teste testimone acquirente venditore pensionato pensionata vedova',
  'mãe pai irmão irmã filho filha mulher tia tio avó avô neto neta netos sobrinho sobrinha utente locatário funcionário funcionária segurado segurada testemunha réu sócio aposentado aposentada viúva viúvo cônjuge',
  'moeder vader broer zus zoon dochter oom neef ouders vriend vriendin buurman buurvrouw klant cliënt patiënt huurder verhuurder sollicitant kandidaat medewerker verzekerde getuige koper verkoper gepensioneerde',
  'matka matki ojciec ojca brat brata siostra siostry syn syna córka córki mąż męża żona żony babcia babci dziadek ciocia wujek kuzyn wnuk wnuczka rodzice rodzina klient klienta klientka klientki pacjent pacjenta pacjentka najemca kandydat kandydatka pracownik pracownica ubezpieczony świadek powód pozwany kupujący sprzedający emeryt',
  'mamma pappa bror syster sonen dotter dottern mormor farmor morfar farfar moster faster farbror kusin föräldrar kund kunden patienten hyresgäst hyresgästen sökanden försäkringstagare försäkringstagaren vittne köpare köparen säljare säljaren anhörig svaranden',
  'søster søn sønnen datter datteren bedstemor bedstefar forældre lejer lejeren ansøger ansøgeren medarbejder vidne vidnet køber sælger pårørende sagsøgte',
  'bestemor bestefar sønn foreldre pasient pasienten leietaker leietakeren søker søkeren ansatt vitne kjøper selger saksøkte',
  'bratr bratra sestra sestry dcera dcery manžel manželka babička dědeček teta strýc rodiče rodina zákazník zákazníka zákaznice pacientka nájemce uchazeč uchazečka zaměstnanec zaměstnankyně svědek žalovaný kupující prodávající',
  'annesi annem babası babam kardeşi kardeşim ağabeyi ablası oğlu oğlum kızı kızım eşi eşim teyzesi halası amcası dayısı müşteri müşterimiz müşterisi kiracı tanık davalı davacı sigortalı',
);

/** Relatives: "daughter Wil, Venray, 06 …". */
export const KIN = words(
  'mother father brother sister daughter son husband wife mum mom dad aunt uncle cousin nephew niece partner friend neighbour neighbor kin nok',
  'mutter vater bruder schwester sohn tochter ehemann ehefrau tante onkel neffe nichte enkel enkelin freundin nachbarin',
  'mère père frère sœur soeur fils fille mari épouse époux oncle neveu nièce',
  'madre padre hermano hermana hijo hija marido esposa esposo tía tío sobrino sobrina fratello sorella figlio figlia moglie nipote',
  'mãe pai irmão irmã filho filha sobrinho sobrinha moeder vader broer zus zoon dochter neef nicht',
  'matka ojciec brat siostra syn córka mąż żona bror syster sonen dotter dottern søster søn datter datteren sønn',
  'bratr sestra dcera manžel manželka kızı oğlu kardeşi eşi annesi babası',
);

/** Before a town that somebody is in, goes to or comes from. */
export const PREPOSITIONS = words(
  'in at near to from of outside around pra în aus von van nach bei aus vo à vers depuis en a hacia desde para em na no ad da di de naar uit te bij w we z ze do i på från till fra til hos v ve ke k u',
);

/** Those that tell whose somebody is, too: "hija de Sofía". */
export const OF = words('of de di da do z ze von van');
