/** Usual names of table columns. */
import { greatest } from '../../base/many.ts';

/** Role of a column. */
export type Role =
  | 'text'
  | 'prompt'
  | 'answer'
  | 'label'
  | 'labels'
  | 'attribute'
  | 'quantity'
  | 'measure'
  | 'query'
  | 'document'
  | 'source'
  | 'target'
  | 'similarity'
  | 'words'
  | 'tags'
  | 'caption'
  | 'user'
  | 'item'
  | 'time'
  | 'id'
  | 'origin';

/** Words by role in English, German, French, Spanish and Italian, without accents; `_` separates two words. */
const WORDS: Record<Role, readonly string[]> = {
  text: [
    'text texts body content sentence document message description review comment title subject headline ' +
      'article post tweet abstract summary note notes feedback email mail ticket context statement ' +
      'utterance transcript details remark complaint',
    'text betreff nachricht inhalt beschreibung satz kommentar titel ueberschrift artikel beitrag ' +
      'anmerkung bemerkung notiz rezension bewertungstext anfragetext mitteilung meldung beschwerde ' +
      'freitext stichwort zusammenfassung kontext mailtext',
    'texte corps contenu phrase message description commentaire titre sujet objet article avis resume remarque courriel critique contexte reclamation',
    'texto cuerpo contenido frase oracion mensaje descripcion comentario titulo asunto articulo resena opinion resumen nota correo observacion contexto queja',
    'testo corpo contenuto frase messaggio descrizione commento titolo oggetto articolo recensione riassunto nota posta osservazione contesto reclamo',
  ],
  prompt: [
    'question questions query input prompt instruction request problem user ask inquiry enquiry issue human customer_message original incoming',
    'frage fragen anfrage eingabe anweisung aufgabe problem nutzer benutzer anliegen kundenanfrage kundenfrage problemstellung',
    'question requete demande entree consigne instruction probleme utilisateur',
    'pregunta consulta solicitud entrada instruccion problema usuario peticion',
    'domanda richiesta quesito ingresso istruzione problema utente',
  ],
  answer: [
    'answer answers response reply output completion solution assistant target_text resolution bot ' +
      'agent_reply expected_output translation rewrite corrected correction ideal',
    'antwort antworten ausgabe loesung erwiderung assistent rueckmeldung kundenantwort uebersetzung korrektur',
    'reponse sortie solution assistant replique traduction correction',
    'respuesta salida solucion asistente contestacion traduccion correccion',
    'risposta uscita soluzione assistente replica traduzione correzione',
  ],
  label: [
    'label category class target sentiment tag intent topic queue department rating genre emotion toxic ' +
      'spam is_spam fraud is_fraud churn churned default defaulted y stance diagnosis verdict rubric',
    'label etikett kategorie klasse bewertung stimmung absicht thema warteschlange abteilung betrug ' +
      'kuendigung emotion zustaendigkeit rubrik schlagwort ausfall diagnose sachgebiet',
    'etiquette categorie classe note sentiment intention theme service fraude emotion rubrique evaluation',
    'etiqueta categoria clase valoracion sentimiento intencion tema cola departamento fraude emocion calificacion',
    'etichetta categoria classe valutazione sentimento intenzione tema argomento coda reparto frode emozione voto',
  ],
  // Labels if no other column is one.
  attribute: [
    'type status priority language lang severity polarity team outcome result group decision risk stars product channel country region model brand gender',
    'art typ status prioritaet sprache dringlichkeit team ergebnis sterne produkt kanal land region marke geschlecht',
    'type statut priorite langue gravite resultat etoiles produit canal pays region marque sexe',
    'tipo estado prioridad idioma gravedad resultado estrellas producto canal pais region marca sexo puntuacion',
    'tipo stato priorita lingua gravita risultato esito stelle prodotto canale paese regione marca sesso',
  ],
  labels: [
    'labels tags categories classes topics genres keywords intents',
    'labels etiketten kategorien klassen themen schlagworte schlagwoerter stichworte stichwoerter',
    'etiquettes categories classes themes sujets mots_cles',
    'etiquetas categorias clases temas palabras_clave',
    'etichette categorie classi temi argomenti parole_chiave',
  ],
  quantity: [
    'price score value cost target label sales revenue rent y grade points percentage demand consumption rating',
    'preis wert kosten punktzahl punkte umsatz miete kaltmiete warmmiete verbrauch kaufpreis verkaufspreis note bewertung',
    'prix valeur cout score ventes loyer note',
    'precio valor coste costo puntuacion ventas alquiler nota',
    'prezzo valore costo punteggio vendite affitto voto',
  ],
  // Quantities if no other column is one.
  measure: [
    'amount quantity salary income duration minutes hours days weight height age count temperature total stars',
    'betrag menge gehalt einkommen dauer minuten stunden gewicht groesse anzahl summe sterne',
    'montant quantite salaire revenu duree poids taille nombre total etoiles',
    'importe cantidad salario ingresos duracion peso altura total estrellas',
    'importo quantita stipendio reddito durata peso altezza totale stelle',
  ],
  query: [
    'query search search_query search_term anchor keyword',
    'suchanfrage suche suchbegriff suchwort suchtext',
    'requete recherche',
    'consulta busqueda',
    'ricerca query',
  ],
  document: [
    'document passage positive product product_title product_description result page chunk paragraph match relevant title item_title article doc',
    'dokument passage treffer produkt produkttitel seite absatz artikel ergebnis',
    'document passage produit page paragraphe article resultat',
    'documento pasaje producto pagina parrafo articulo resultado',
    'documento passaggio prodotto pagina paragrafo articolo risultato',
  ],
  source: [
    'source source_text src original',
    'ausgangstext quelltext original quelle',
    'source texte_source original',
    'origen texto_origen fuente original',
    'origine testo_origine fonte originale',
  ],
  target: [
    'target target_text tgt translation translated',
    'zieltext uebersetzung ziel',
    'cible texte_cible traduction',
    'destino texto_destino objetivo traduccion',
    'destinazione testo_destinazione traduzione',
  ],
  similarity: [
    'similarity similarity_score score relatedness relevance',
    'aehnlichkeit',
    'similarite',
    'similitud',
    'somiglianza similarita',
  ],
  words: ['tokens words', 'woerter worte', 'mots', 'palabras', 'parole'],
  tags: ['tags ner_tags pos_tags labels ner pos', 'marken', 'balises', 'etiquetas', 'etichette'],
  caption: [
    'caption transcript transcription sentence text description spoken alt alt_text',
    'beschriftung transkript abschrift text beschreibung bildbeschreibung',
    'legende transcription texte description',
    'leyenda transcripcion texto descripcion',
    'didascalia trascrizione testo descrizione',
  ],
  user: [
    'user userid user_id customer customer_id client client_id member member_id buyer visitor account ' +
      'account_id shopper listener viewer reader household person',
    'nutzer benutzer kunde kunden_id kundennummer kundennr kunden_nr mitglied konto kaeufer leser kundenid',
    'utilisateur client membre compte acheteur client_id',
    'usuario cliente miembro cuenta comprador cliente_id',
    'utente cliente membro conto acquirente cliente_id',
  ],
  item: [
    'item itemid item_id product product_id sku movie movie_id book book_id song track article article_id film game isbn asin',
    'artikel artikelnummer artikel_nr produkt produkt_id buch lied spiel',
    'article produit livre film chanson jeu produit_id',
    'articulo producto libro pelicula cancion juego producto_id',
    'articolo prodotto libro canzone gioco prodotto_id',
  ],
  time: [
    'date time timestamp datetime created created_at updated_at day month year sent received opened closed',
    'datum zeit zeitpunkt uhrzeit zeitstempel erstellt tag monat jahr eingang bestelldatum kaufdatum',
    'date heure horodatage jour mois annee cree',
    'fecha hora dia mes ano creado',
    'data ora giorno mese anno creato',
  ],
  id: [
    'id uid uuid guid key number no nr code index row hash reference ref order_id ticket_id',
    'id nummer nr kennung schluessel ticketnummer auftragsnummer bestellnummer vorgang aktenzeichen zeile',
    'id numero identifiant cle reference ligne',
    'id numero identificador clave referencia fila',
    'id numero identificativo chiave riferimento riga',
  ],
  // Origin of a row, which is rarely its subject.
  origin: [
    'source origin url link file filename file_name path author license licence website domain dataset split',
    'quelle herkunft datei dateiname pfad autor lizenz',
    'source origine fichier auteur licence lien',
    'fuente origen archivo autor licencia enlace',
    'fonte origine autore licenza collegamento',
  ],
};

/** Language names used for columns of translations. */
const LANGUAGES: readonly string[] = [
  'en eng english englisch anglais ingles inglese',
  'de deu ger german deutsch allemand aleman tedesco',
  'fr fra fre french franzoesisch francais frances francese',
  'es spa spanish spanisch espagnol espanol spagnolo',
  'it ita italian italienisch italien italiano',
  'nl nld dutch niederlaendisch neerlandais neerlandes holandes olandese nederlands',
  'pt por portuguese portugiesisch portugais portugues portoghese',
  'pl pol polish polnisch polonais polaco polacco polski',
  'ru rus russian russisch russe ruso russo',
  'tr tur turkish tuerkisch turc turco turkce',
  'sv swe swedish schwedisch suedois sueco svedese svenska',
  'da dan danish daenisch danois danes danese dansk',
  'cs ces czech tschechisch tcheque checo ceco',
  'uk ukr ukrainian ukrainisch ukrainien ucraniano ucraino',
  'zh zho chinese chinesisch chinois chino cinese',
  'ja jpn japanese japanisch japonais japones giapponese',
  'ar ara arabic arabisch arabe arabo',
];

const LANGUAGE_OF = new Map(LANGUAGES.flatMap((row, language) => row.split(' ').map((word) => [word, language])));

const ROLE_WORDS = Object.fromEntries(
  Object.entries(WORDS).map(([role, rows]) => [role, new Set(rows.flatMap((row) => row.split(' ')))]),
) as unknown as Record<Role, ReadonlySet<string>>;

/** Shorter words match the ends of others by chance: "ausgabe" ends in "gabe", "format" in "mat". */
const COMPOUND_LETTERS = 5;

/** Fit of a column's name to a role, from 0 to 1: by the whole name, its last word, another word, or the end of one. */
export function nameFit(name: string, role: Role): number {
  const known = ROLE_WORDS[role];
  const words = wordsOf(name);
  if (known.has(words.join('_')) || known.has(words.join(''))) return 1;
  const fit = words.map((word, i) =>
    known.has(word) ? (i === words.length - 1 ? 0.8 : 0.6) : compoundFit(word, known),
  );
  return greatest(fit, 0);
}

function compoundFit(word: string, known: ReadonlySet<string>): number {
  const bare = word.replace(/\d+$/, '');
  if (bare !== word && known.has(bare)) return 0.7;
  for (let at = 2; at <= word.length - COMPOUND_LETTERS; at++) if (known.has(word.slice(at))) return 0.6;
  return 0;
}

/** Index of the language that a column is named after: `en`, `text_de`, `Deutsch`; undefined for other names. */
export function languageNamed(name: string): number | undefined {
  const words = wordsOf(name);
  return LANGUAGE_OF.get(words.at(-1)!) ?? LANGUAGE_OF.get(words[0]);
}

/** `customerMessage` → customer, message; `Prioritaet` equals `Priorität`, other accents are removed. */
export function wordsOf(name: string): string[] {
  const apart = name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase();
  const german = apart.replace(/[äöüß]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' })[letter]!);
  const plain = german.normalize('NFD').replace(/\p{M}/gu, '');
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? [''] : words;
}
