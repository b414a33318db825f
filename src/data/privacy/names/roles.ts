/** Words before names that are no part of them, by language: forms of address, professions, relatives, greetings. */
import { gazetteer } from '../gazetteer.ts';
import { JOBS } from './role-nouns.ts';

export const ROLES: Record<string, readonly string[]> = {
  en: 'Mr Mrs Ms Miss Mr. Mrs. Ms. Dr Dr. Prof. Professor Nurse Sister Officer Sergeant colleague witness neighbour tenant patient client driver manager uncle aunt Uncle Aunt cousin Ask Tell Call Remind Dear Madam Lady Sir Pastor Rabbi Father Witness Patient Tenant Client Employee Attn: Hi Hello Thanks Regards Sincerely Yours Between Meet Ask Please'.split(
    ' ',
  ),
  de: 'Herr Frau Herrn Dr. Prof. Prof.Dr. Kollege Kollegin Zeuge Zeugin Nachbar Nachbarin Patient Patientin Mieter Mieterin Kunde Kundin Antragsteller Antragstellerin Bewerber Bewerberin Schülerin Kind Chef Chefin Tochter Sohn Bruder Witwe Anwalt Notar Hausmeister Sachbearbeiterin Mitarbeiter Mitarbeiterin Familie Eheleute Geschwister Pfarrer Staatsanwalt Oberarzt Oberärztin Hebamme Onkel Tante Oma Opa Trainer Lehrer Fahrer Fahrerin Liebe Lieber Hallo Zeugen Bauherr Erbin Erbe Vermieter Vermieterin Verkäufer Schwester Krankenschwester Arzt Ärztin Rechtsanwalt Rechtsanwältin'.split(
    ' ',
  ),
  fr: 'M. Mme Mlle Monsieur Madame Dr Me Maître docteur professeur collègue voisin voisine témoin locataire patient patiente cliente oncle tante Témoin Patiente Infirmier Père Mère Sœur Veuve Famille Bonjour Chère Cher Merci Docteur Professeur Voisin Locataire'.split(
    ' ',
  ),
  es: 'Sr. Sra. Srta. Don Doña D. Dª don doña Dr. Dra. doctora profesor compañero compañera vecina vecino testigo inquilino paciente tío tía Testigo Paciente Letrado Familia Abogada Padre Madre Hola Querida Querido Estimado Estimada Gracias Doctor Doctora Señor Señora'.split(
    ' ',
  ),
  it: 'Sig. Sig.ra sig. signora signor Dott. Dott.ssa dott. Avv. avv. Ing. prof. collega vicina teste inquilino paziente zio zia Teste Paziente Famiglia Suor Don Geom. Arch. Ciao Cara Caro Gentile Grazie Dottor Dottoressa Signor Signora Inquilino'.split(
    ' ',
  ),
  pt: 'Sr. Sra. Dr. Dra. Dona dona D. Eng. Prof. colega vizinha vizinho testemunha inquilino utente paciente tio tia Testemunha Paciente Família Padre Irmã Senhor Senhora Olá Querida Querido Caro Cara Prezado Prezada Obrigado Doutor Doutora'.split(
    ' ',
  ),
  nl: 'dhr. mevr. mw. Dhr. Mevr. Mw. Dr. dr. drs. prof. mr. meneer mevrouw Mevrouw Meneer collega buurman buurvrouw getuige huurder patiënt oom tante Getuige Patiënt Familie Verdachte Juf Meester Oma Opa Dokter Beste Hallo Geachte Hoi Bedankt Buurvrouw Buurman Huurder Zuster'.split(
    ' ',
  ),
  pl: 'Pan Pani pan pani Pana Panią dr Dr lek. mgr prof. inż. kolega koleżanka świadek sąsiad sąsiadka najemca pacjent pacjentka wujek ciocia Świadek Pacjent Pacjentka Mecenas Rodzina Państwo Ksiądz Siostra Doktor Droga Drogi Cześć Witaj Szanowny Szanowna Dziękuję Sąsiad Sąsiadka Najemca'.split(
    ' ',
  ),
  sv: 'Herr Fru fru herr Dr dr Doktor kollegan vittnet Vittnet grannen hyresgästen patienten farbror moster Kollegan Grannen Patienten Familjen Syster Advokat Läraren Mormor Farfar Chefen Kunden Hej Kära Bästa Vittnet Tack Föraren Granne Läkare Sköterskan'.split(
    ' ',
  ),
  ru: 'Уважаемый Уважаемая Дорогой Дорогая Господин Госпожа Пациент Пациентка Клиент Клиентка Свидетель Доктор Врач Профессор Здравствуйте Привет Спасибо Гражданин Гражданка Сотрудник Водитель Учитель Тётя Дядя Бабушка Дедушка Арендатор Адвокат'.split(
    ' ',
  ),
  uk: 'Шановний Шановна Пан Пані Лікар Пацієнт Пацієнтка Клієнт Клієнтка Свідок Вітаю Привіт Дякую Бабуся Дідусь Орендар Водій'.split(
    ' ',
  ),
  el: 'Κύριος Κυρία Κύριε Αγαπητέ Αγαπητή Γεια Ασθενής Πελάτης Πελάτισσα Δρ. Γιατρός Θεία Θείος Γιαγιά Παππούς Μάρτυρας Ευχαριστώ Ενοικιαστής Καθηγητής κα κ.'.split(
    ' ',
  ),
};

/** Words of forms, contracts and greetings that begin with a capital beside a name. */
const LABELS =
  `Sirs Messrs Item Buyer Seller MRN DOB Zimmer Fallnr Insp Exma Exmo Norma Article Artikel Artículo Articolo Artigo Section Clause Holder Beneficiary Prescriber Insured Claimant Victim Owner Applicant Payee Guarantor Lender Borrower Licensor Licensee Employee Participant Resident Candidate Inspector Constable Customer Guest Member Subscriber Recipient Sender Re Ref
Inhaber Inhaberin Kontoinhaber Kontoinhaberin Halter Halterin Erblasser Erblasserin Käufer Käuferin Verkäuferin Bewohner Bewohnerin Enkel Enkelin Kollegen Kolleginnen Versicherte Versicherter Versicherten Empfänger Empfängerin Absender Absenderin Durchwahl Handy Mobil Telefon Zwischen Sachen Gegen Verwendungszweck Zahler Auftraggeber Kläger Klägerin Beklagte Beklagter Zeugin Unterzeichner Fahrzeug Geschädigte Geschädigter Betroffene Betroffener Nutzer Nutzerin Ehefrau Ehemann Lebensgefährte Lebensgefährtin
Matricule Titulaire Assurée Assuré L'assurée L'assuré L’assurée L’assuré L'ing L’ing Confrère Demandeur Défendeur Bénéficiaire Expéditeur Destinataire Affilié Affiliée Soussigné Salarié Salariée
Titular Remite Remitente Destinatario Beneficiario Beneficiaria Asegurado Asegurada Empleado Demandante Demandado Cotitular Hnos Enfermera Procurador
Intestatario Intestataria Assicurato Assicurata Beneficiario Dipendente Destinatario Mittente Passaporto Buongiorno Sottoscritto Sottoscritta
Remetente Beneficiário Segurado Segurada Requerente Funcionário Vítima Delegado
Verzekerde Begunstigde Aanvrager Werknemer Verhuurder Ontvanger Afzender Bewoner Bewoonster Klant
Odbiorca Nadawca Ubezpieczony Ubezpieczona Posiadacz Właściciel Kupujący Sprzedający Pracownik Szanowni Szanowne Podejrzany Poszkodowany Poszkodowana
Försäkrad Försäkrade Innehavare Hyresvärd Hyresgäst Köpare Säljare Mottagare Avsändare Anställd Dödsboet Referens`.split(
    /\s+/,
  );

/** What relatives are called in place of their names. */
const KIN =
  `Grandpa Grandma Granny Gran Nan Nana Dad Daddy Mum Mummy Mom Mommy Mama Papa Auntie Grandad Granddad Opi Omi Uroma Uropa Mutti Vati Mami Papi Mamie Maman Mémé Pépé Tonton Tata Abuela Abuelo Nonna Nonno Mamma Babbo Avó Avô Vovó Vovô Titia Babcia Dziadek Mamusia Tatuś Mormor Morfar Farmor Pappa Bestemor Bestefar Oom Tante Tía Tío Zia Zio Tia Tio Babička Děda`.split(
    ' ',
  );

/** In small letters and without their stops. */
const ALL = new Set(
  [...Object.values(ROLES).flat(), ...LABELS, ...KIN].map((role) => role.toLowerCase().replaceAll(/[.:]/g, '')),
);

let countries: Set<string> | undefined;

/** Countries and languages as the nine languages call them. */
function countriesAndLanguages(): Set<string> {
  const found = new Set<string>();
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  for (const language of Object.keys(ROLES)) {
    const regions = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    const languages = new Intl.DisplayNames([language], { type: 'language', fallback: 'none' });
    for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
      for (const name of [regions.of(code), languages.of(code.toLowerCase())]) {
        if (name !== undefined && !name.includes(' ')) found.add(name.toLowerCase());
      }
    }
  }
  return found;
}

let jobs: Set<string> | undefined;

/** Professions by which nobody is named. */
function jobsAlone(): Set<string> {
  const { given, family } = gazetteer();
  return new Set(
    Object.values(JOBS)
      .flatMap((words) => words.split(' '))
      .filter((lower) => {
        const listed = lower[0].toUpperCase() + lower.slice(1);
        return !given.has(listed) && !family.has(listed);
      }),
  );
}

/** Whether a word is never part of a name beside it. */
export function isRole(lower: string): boolean {
  if (ALL.has(lower)) return true;
  jobs ??= jobsAlone();
  return jobs.has(lower);
}

/** Whether a word by itself is a country or a language. */
export function isCountry(lower: string): boolean {
  countries ??= countriesAndLanguages();
  return countries.has(lower);
}
