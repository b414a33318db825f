/** Names and addresses of the held-out set: common ones of each country, immigrant families' among them. */
import type { Draws } from './random.ts';

/** What identifies people of one country; lists are separated by commas or bars to stay readable. */
interface Country {
  given: string;
  family: string;
  streets: string;
  /** Postcode and town, as the country's last address line has them. */
  towns: string;
  /** `S` street, `N` number, `T` town. */
  lines: string[];
  phones: string[];
  plates: string[];
  passport: string;
  licence: string;
  mail: string;
}

const COUNTRIES: Record<string, Country> = {
  US: {
    given: 'Deborah,Marcus,Tanisha,Luis,Hannah,Wei,Brandon,Keisha,Sofia,Raymond,Priyanka,Caleb,Ngozi,Maribel',
    family:
      'Whitaker,Nguyen,Delgado,O’Malley,Jackson,Kowalczyk,Baptiste,Choi,Fitzgerald,Ramirez,Abernathy,Okafor,Stein',
    streets:
      'Maple Avenue|Old Mill Road|W 47th Street|Sycamore Lane|Martin Luther King Jr. Blvd|Cedar Ridge Drive|E Jefferson St',
    towns:
      'Springfield, IL 62704|Tucson, AZ 85719|Lowell, MA 01852|Macon, GA 31204|Eugene, OR 97401|Brooklyn, NY 11215',
    lines: ['N S, T', 'N S, Apt 3B, T', 'N S, T, USA'],
    phones: ['(503) 555-01##', '617-555-01##', '+1 312 555 01##', '(478) 2##-####', '520.4##.####'],
    plates: ['7@@@###', '@@@-####', '@@@ ####'],
    passport: '5########',
    licence: '@#######',
    mail: 'gmail.com,outlook.com,comcast.net,yahoo.com',
  },
  GB: {
    given: 'Imogen,Callum,Ayesha,Rhys,Siobhan,Dwayne,Harriet,Tariq,Eilidh,Gareth,Olumide,Poppy,Nigel,Zainab',
    family:
      'Hargreaves,Begum,Llewellyn,McAllister,Okonkwo,Featherstone,Patel,Sutcliffe,Campbell,Hussain,Bexley,Pritchard',
    streets: 'Station Road|Victoria Terrace|Church Lane|Gloucester Place|Wellington Street|The Crescent|Mill Hill',
    towns: 'Leeds LS6 3HN|Cardiff CF24 4RB|Edinburgh EH8 9YL|Bristol BS3 1JP|London SE15 4QN|Norwich NR2 3PQ',
    lines: ['N S, T', 'Flat 4, N S, T', 'N S, T, United Kingdom'],
    phones: ['07912 ######', '020 7946 0###', '+44 7911 ######', '0113 496 0###', '(029) 2018 0###'],
    plates: ['@@1# @@@', '@@6# @@@'],
    passport: '5########',
    licence: '@@@@@7#####@@9@@',
    mail: 'btinternet.com,hotmail.co.uk,gmail.com,sky.com',
  },
  DE: {
    given: 'Annegret,Jürgen,Leyla,Torsten,Friederike,Emre,Mareike,Wolfgang,Katarzyna,Björn,Saskia,Mehmet,Heike,Lennart',
    family:
      'Schönfeld,Yıldırım,Brinkmann,von der Heide,Oelschläger,Kaminski,Grabowski,Lindner,Çelik,Hoffmann,Stöckl,Wübbena',
    streets: 'Lindenstraße|Am Alten Markt|Goetheallee|Bahnhofstr.|Kastanienweg|Große Bergstraße|Schlossgasse',
    towns: '10969 Berlin|04109 Leipzig|50667 Köln|80331 München|24103 Kiel|76133 Karlsruhe',
    lines: ['S N, T', 'S Na, T', 'S N, D-T'],
    phones: ['0171 #######', '+49 30 2312####', '0341/9########', '(0221) 43####', '+49 (0)151 ########'],
    plates: ['B-@@ ####', 'KI-@ ###', 'M @@ ####', 'KA-@@ ###'],
    passport: 'C01X0#T4#',
    licence: 'J430A1R1#3#',
    mail: 'web.de,gmx.de,t-online.de,posteo.de',
  },
  FR: {
    given: 'Bérengère,Yannick,Fatoumata,Jean-Luc,Maëlys,Karim,Solène,Thibault,Aïcha,Gwenaël,Odile,Mamadou,Clémence',
    family:
      'Lefebvre,Benhaddou,Le Goff,Diallo,Rousseau,Dos Santos,d’Aubigny,Marchand,Traoré,Chevallier,Nguyen Van,Perrin',
    streets:
      'rue de la République|avenue Jean-Jaurès|boulevard Voltaire|impasse des Lilas|place du Marché|rue Saint-Martin',
    towns: '69003 Lyon|13006 Marseille|35000 Rennes|75011 Paris|31000 Toulouse|67000 Strasbourg',
    lines: ['N, S, T', 'N bis S, T', 'N S, T, France'],
    phones: ['06 ## ## ## ##', '+33 1 42 ## ## ##', '07.6#.##.##.##', '04 72 ## ## ##'],
    plates: ['@@-###-@@'],
    passport: '1#@@#####',
    licence: '13AA#####',
    mail: 'orange.fr,free.fr,laposte.net,gmail.com',
  },
  ES: {
    given: 'Inmaculada,Íñigo,Rocío,Xavier,Fátima,Andrés,Nerea,Joaquín,Montserrat,Youssef,Begoña,Álvaro,Luz Marina',
    family:
      'Fernández Ruiz,Etxeberria,Puig i Ferrer,Núñez Calvo,El Amrani,Domínguez,Castaño Gil,de la Fuente,Otero,Quispe Mamani',
    streets:
      'Calle Mayor|Avda. de la Constitución|Carrer de Balmes|Plaza del Pilar|Paseo de Gracia|C/ San Vicente Ferrer',
    towns: '28004 Madrid|08007 Barcelona|46002 Valencia|41001 Sevilla|48009 Bilbao|50003 Zaragoza',
    lines: ['S, N, T', 'S N, 2.º B, T', 'S N, T (España)'],
    phones: ['6## ### ###', '+34 91 5## ## ##', '93 ### ## ##', '+34 64#######'],
    plates: ['#### BCD', '####-KLM', '#### FGZ'],
    passport: 'PA@######',
    licence: 'LA-3#####-#',
    mail: 'telefonica.net,gmail.com,hotmail.es,yahoo.es',
  },
  IT: {
    given: 'Giuseppina,Lorenzo,Chiara,Ettore,Fiorenza,Amir,Ludovica,Salvatore,Ilaria,Niccolò,Mirela,Concetta',
    family: 'Esposito,De Santis,Ricciardi,Dell’Acqua,Hoxha,Fumagalli,Caruso,Lo Presti,Bianchi,Zanetti,Popescu,Gallo',
    streets: 'Via Garibaldi|Corso Vittorio Emanuele II|Piazza Dante|Viale dei Mille|Via San Francesco|Largo Augusto',
    towns: '20121 Milano MI|00184 Roma RM|80133 Napoli NA|50123 Firenze FI|90133 Palermo PA|10121 Torino TO',
    lines: ['S N, T', 'S, N - T', 'S N/A, T'],
    phones: ['347 #######', '+39 02 ########', '06 ########', '+39 333 ## ## ###'],
    plates: ['F@ ###@@', 'G@###@@'],
    passport: 'YA#######',
    licence: 'U1#@#####@',
    mail: 'libero.it,virgilio.it,tiscali.it,gmail.com',
  },
  NL: {
    given: 'Marijke,Sjoerd,Fatima,Joost,Anouk,Thijs,Wilhelmina,Rachid,Femke,Cornelis,Sanne,Ravi',
    family:
      'van der Meulen,de Groot,Bouzid,Hoekstra,Jansen,Ramdin,van ’t Hof,Dijkstra,Kuipers,El Idrissi,ten Brink,Visser',
    streets: 'Prinsengracht|Dorpsstraat|Kerklaan|Van Speijkstraat|Julianaweg|Nieuwe Binnenweg',
    towns: '1016 HK Amsterdam|3014 GB Rotterdam|3511 LN Utrecht|9712 CP Groningen|5611 EM Eindhoven|2514 JT Den Haag',
    lines: ['S N, T', 'S N-2, T', 'S N hs, T'],
    phones: ['06-2#######', '+31 20 624 ####', '010 4## ## ##', '+31 6 2#######'],
    plates: ['@-###-@@', '##-@@@-#', '@@-##-@@'],
    passport: 'NW@#######',
    licence: '5#########',
    mail: 'ziggo.nl,kpnmail.nl,planet.nl,gmail.com',
  },
  PL: {
    given: 'Agnieszka,Zbigniew,Małgorzata,Łukasz,Oksana,Krzysztof,Bożena,Stanisław,Jadwiga,Michał,Żaneta,Wojciech',
    family: 'Wiśniewska,Szczepański,Kowal,Nowak,Dąbrowicz,Shevchenko,Grzelak,Wójcik,Pietrzyk,Żak,Mazur,Sikora-Malec',
    streets: 'ul. Mickiewicza|ul. Długa|al. Jana Pawła II|os. Słoneczne|ul. 3 Maja|pl. Wolności',
    towns: '00-680 Warszawa|31-146 Kraków|80-827 Gdańsk|50-079 Wrocław|61-730 Poznań|90-368 Łódź',
    lines: ['S N, T', 'S N/12, T', 'S N m. 5, T'],
    phones: ['601 ### ###', '+48 22 628 ## ##', '12 4## ## ##', '+48 5## ### ###'],
    plates: ['WA #####', 'KR @@###', 'GD #@###', 'PO ###@@'],
    passport: 'EH#######',
    licence: '0####/##/1465',
    mail: 'wp.pl,onet.pl,interia.pl,gmail.com',
  },
  SE: {
    given: 'Ingegerd,Åke,Amina,Björn,Linnéa,Göran,Maja,Hassan,Ulrika,Örjan,Tove,Sixten',
    family: 'Lindqvist,Åkesson,Mohammed Ali,Sjöström,Bergman,Nyström,Haddad,Öberg,Gustafsson,Wallin,af Ekenstam,Holm',
    streets: 'Storgatan|Kungsgatan|Västra Hamngatan|Björkvägen|Skeppargränd|Torsgatan',
    towns: '411 17 Göteborg|113 21 Stockholm|211 22 Malmö|903 26 Umeå|753 20 Uppsala|582 23 Linköping',
    lines: ['S N, T', 'S N B, T', 'S N, lgh 1102, T'],
    phones: ['070-### ## ##', '+46 8 123 ### ##', '031-7## ## ##', '+46 73 ### ## ##'],
    plates: ['@@@ ###', '@@@ ##@'],
    passport: '9#######',
    licence: '8#####-####',
    mail: 'telia.com,hotmail.se,bredband.net,gmail.com',
  },
  CH: {
    given: 'Vreni,Urs,Céline,Reto,Ardita,Beat,Laurence,Gian-Luca,Seraina,Nadarajah,Ruedi,Mirjam',
    family: 'Zürcher,Ammann,Rochat,Bernasconi,Krasniqi,Hürlimann,Favre,Caduff,Sivakumar,Wyss,Brügger,Jeanneret',
    streets: 'Bundesgasse|Seestrasse|Rue du Rhône|Hauptstrasse|Avenue de la Gare|Kirchweg',
    towns: '3011 Bern|8002 Zürich|1204 Genève|4051 Basel|1003 Lausanne|9000 St. Gallen',
    lines: ['S N, T', 'S N, CH-T'],
    phones: ['079 ### ## ##', '+41 44 2## ## ##', '022 7## ## ##', '+41 76 ### ## ##'],
    plates: ['ZH ######', 'BE ######', 'GE ######', 'SG ######'],
    passport: 'X#######',
    licence: '00#########0',
    mail: 'bluewin.ch,gmx.ch,hispeed.ch,gmail.com',
  },
  BR: {
    given: 'Jurema,Thiago,Conceição,Wellington,Iara,Caio,Marlene,Kenji,Rosângela,Davi,Luciana,Severino',
    family: 'da Silva Prado,Nakamura,Gonçalves,dos Santos,Teixeira,Albuquerque,Figueiredo,Zimmermann,Bezerra,Moura',
    streets: 'Rua das Palmeiras|Av. Paulista|Travessa do Comércio|Rua Barão de Itapetininga|Av. Sete de Setembro',
    towns: 'São Paulo - SP, 01310-100|Recife - PE, 50030-230|Curitiba - PR, 80020-300|Salvador - BA, 40060-001',
    lines: ['S, N, T', 'S, N, apto 52, T', 'S, N, Centro, T'],
    phones: ['(11) 9####-####', '+55 81 3###-####', '(41) 3###-####', '+55 71 9####-####'],
    plates: ['@@@#@##', '@@@-####'],
    passport: 'F@######',
    licence: '0##########',
    mail: 'uol.com.br,bol.com.br,terra.com.br,gmail.com',
  },
  IN: {
    given: 'Lakshmi,Rajesh,Farhan,Gurpreet,Ananya,Subramaniam,Meenakshi,Arjun,Nazia,Thomas,Deepika,Harish',
    family: 'Venkataraman,Chatterjee,Kaur,Qureshi,Deshpande,Kurian,Reddy,Iyer,Mehta,Banerjee,Pillai,Yadav',
    streets: 'M.G. Road|Linking Road|3rd Cross, Indiranagar|Park Street|Anna Salai|Sector 14',
    towns: 'Bengaluru 560038|Mumbai 400050|Kolkata 700016|Chennai 600002|Pune 411004|Gurugram 122001',
    lines: ['No. N, S, T', 'Flat 302, N S, T', 'N, S, T, India'],
    phones: ['+91 98### #####', '098########', '+91-22-2### ####', '080 4### ####'],
    plates: ['KA 0# @@ ####', 'MH-12-@@-####', 'DL 3C@@ ####'],
    passport: 'N#######',
    licence: 'KA05 20110######',
    mail: 'rediffmail.com,gmail.com,yahoo.co.in',
  },
  CA: {
    given: 'Geneviève,Liam,Harjit,Dakota,Étienne,Mei-Ling,Fiona,Abdi,Chantal,Graham',
    family: 'Tremblay,MacDonald,Singh Gill,Bouchard,Cardinal,Leung,Warsame,Fraser,Gagnon,Petrenko',
    streets: 'Bloor Street West|rue Sherbrooke Est|Granville St|Portage Avenue|Elgin Street',
    towns: 'Toronto, ON M5S 1W7|Montréal, QC H2L 1K3|Vancouver, BC V6Z 1L2|Winnipeg, MB R3C 0B1',
    lines: ['N S, T', 'N S, Unit 12, T', '1204-N S, T'],
    phones: ['416-555-01##', '(514) 555-01##', '+1 604 555 01##', '204 9## ####'],
    plates: ['@@@@ ###', '@## @@@', '@@# ##@'],
    passport: 'GA######',
    licence: '@####-#####-5####',
    mail: 'sympatico.ca,shaw.ca,gmail.com',
  },
  AU: {
    given: 'Kylie,Bruce,Thi Lan,Matilda,Jarrah,Stavros,Bronwyn,Angus,Leilani,Darren',
    family: 'Papadopoulos,Gallagher,Tran,Yunupingu,McKenzie,Rossi,Fairweather,Nguyen,Doolan,Burgess',
    streets: 'Darling Street|Lygon Street|Beaufort Parade|Esplanade|Wattle Grove',
    towns: 'Balmain NSW 2041|Carlton VIC 3053|Mount Lawley WA 6050|Glenelg SA 5045|Cairns QLD 4870',
    lines: ['N S, T', 'Unit 7/N S, T', 'N S, T, Australia'],
    phones: ['0491 570 ###', '(02) 5550 ####', '+61 3 7010 ####', '+61 491 57# ###'],
    plates: ['@@@-##@', '1@@ #@@', '##@@@#'],
    passport: 'PA#######',
    licence: '########',
    mail: 'bigpond.com,optusnet.com.au,gmail.com',
  },
};

/** The facts of one invented person. */
export interface Person {
  country: Country;
  given: string;
  family: string;
}

export function person(draws: Draws, code: string): Person {
  const country = COUNTRIES[code];
  if (!country) throw new Error(`no people of ${code}`);
  return { country, given: draws.pick(country.given.split(',')), family: draws.pick(country.family.split(',')) };
}

export function address(draws: Draws, { country }: Person): string {
  const parts: Record<string, string> = {
    S: draws.pick(country.streets.split('|')),
    N: String(draws.int(1, 189)),
    T: draws.pick(country.towns.split('|')),
  };
  return draws
    .pick(country.lines)
    .replace(/(?<![\p{L}])[ST](?![\p{L}])|(?<!\p{L})N(?!o\.)/gu, (key) => parts[key] ?? key);
}

/** An address that the person's mail provider could have given out. */
export function email(draws: Draws, { country, given, family }: Person): string {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replace(/ł/g, 'l')
      .replace(/ı/g, 'i')
      .normalize('NFD')
      .replace(/[^a-z]/g, '');
  const [a, b] = [plain(given), plain(family)];
  const local = draws.pick([
    `${a}.${b}`,
    `${a.charAt(0)}${b}${draws.int(2, 99)}`,
    `${b}_${a}`,
    `${a}${draws.int(51, 99)}`,
  ]);
  return `${local}@${draws.pick(country.mail.split(','))}`;
}
