import { describe, expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import { type ColumnWish, guessColumns, isClear } from '../../../src/data/guess/index.ts';
import { ColumnProfiler } from '../../../src/data/guess/column-profile.ts';

const ROWS = 60;
const pick = (key: string, ...places: number[]): number => randomUint32([5, key, ...places]);
const word = (key: string, row: number, at: number): string => `word${pick(key, row, at) % 900}`;

/** Content of a column, by row. */
const contents = {
  sentence: (key: string, row: number) => Array.from({ length: 9 }, (_, at) => word(key, row, at)).join(' '),
  phrase: (key: string, row: number) => `${word(key, row, 0)} ${word(key, row, 1)}`,
  class: (key: string, row: number) => `class ${pick(key, row) % 4}`,
  many: (key: string, row: number) => `kind${pick(key, row) % 25}`,
  yes: (key: string, row: number) => ['yes', 'no'][pick(key, row) % 2],
  truth: (key: string, row: number) => pick(key, row) % 2 === 0,
  stars: (key: string, row: number) => String((pick(key, row) % 5) + 1),
  number: (key: string, row: number) => String(pick(key, row) % 100_000),
  fraction: (key: string, row: number) => ((pick(key, row) % 1000) / 7).toFixed(2),
  several: (key: string, row: number) => `t${pick(key, row) % 4}|t${pick(key, row, 2) % 4}`,
  list: (key: string, row: number) => JSON.stringify([`t${pick(key, row) % 4}`, `t${pick(key, row, 2) % 4}`]),
  id: (_: string, row: number) => `A-${1000 + row}`,
  user: (key: string, row: number) => `u${pick(key, row) % 12}`,
  unix: (key: string, row: number) => String(1_700_000_000 + (pick(key, row) % 1_000_000)),
  dotted: (_: string, row: number) => `${(row % 28) + 1}.01.2026 10:00`,
  date: (_: string, row: number) => `2026-01-${String((row % 28) + 1).padStart(2, '0')}`,
  image: (_: string, row: number) => `img/${row}.jpg`,
  audio: (_: string, row: number) => `wav/${row}.wav`,
  url: (_: string, row: number) => `https://example.com/${row}`,
  one: () => 'same',
} as const;

type Content = keyof typeof contents;

/** `{subject: 'sentence', queue: 'class'}` → profiles of such columns. */
function tableOf(columns: Record<string, Content>, rows = ROWS) {
  return Object.entries(columns).map(([name, content]) => {
    const profiler = new ColumnProfiler(name);
    for (let row = 0; row < rows; row++) profiler.add(contents[content](name, row));
    return profiler.profile(rows);
  });
}

const guess = (columns: Record<string, Content>, wish?: ColumnWish) => guessColumns(tableOf(columns), wish);

describe('a question and its answer', () => {
  const names = `question/answer input/output prompt/response instruction/response query/reply problem/solution
    user/assistant Question/Answer customer_message/agent_reply request/resolution prompt/completion
    Frage/Antwort Anfrage/Antwort Eingabe/Ausgabe Anweisung/Antwort Problem/Lösung Kundenanfrage/Kundenantwort
    question/réponse demande/réponse entrée/sortie consigne/réponse problème/solution
    pregunta/respuesta consulta/respuesta entrada/salida instrucción/respuesta problema/solución
    domanda/risposta richiesta/risposta istruzione/risposta problema/soluzione`;
  it.each(names.split(/\s+/).map((pair) => pair.split('/')))('is found as %s and %s', (prompt, completion) => {
    const found = guess({ id: 'id', [prompt]: 'sentence', [completion]: 'sentence', date: 'date' });
    expect(found[0]).toMatchObject({ format: 'prompt_completion', columns: { prompt, completion } });
    expect(isClear(found)).toBe(true);
  });

  it('may be asked in several columns', () => {
    const found = guess({ subject: 'phrase', body: 'sentence', product: 'class', reply: 'sentence', date: 'date' });
    expect(found[0]).toMatchObject({ columns: { prompt: ['subject', 'body'], completion: 'reply' } });
    expect(isClear(found)).toBe(true);
  });

  it('may have answers of one word', () => {
    const found = guess({ question: 'sentence', answer: 'yes' });
    expect(found[0]).toMatchObject({
      format: 'prompt_completion',
      columns: { prompt: 'question', completion: 'answer' },
    });
  });
});

describe('a text and its label', () => {
  const names = `sentence/label review/rating title/category text/category text/class text/target text/sentiment text/tag
    message/label body/queue comment/is_toxic email/intent Text/Label tweet/topic complaint/department
    Nachricht/Kategorie Betreff/Abteilung Beschreibung/Klasse Text/Bewertung Kommentar/Stimmung Anfragetext/Ticketkategorie
    Kundennachricht/Thema Freitext/Warteschlange
    texte/étiquette message/catégorie commentaire/sentiment phrase/classe avis/note titre/thème
    texto/etiqueta mensaje/categoría comentario/sentimiento frase/clase reseña/valoración asunto/departamento
    testo/etichetta messaggio/categoria commento/sentimento frase/classe recensione/voto oggetto/reparto`;
  it.each(names.split(/\s+/).map((pair) => pair.split('/')))('is found as %s and %s', (text, label) => {
    const found = guess({
      ticket_id: 'id',
      [text]: 'sentence',
      [label]: 'class',
      created_at: 'date',
      customer: 'user',
    });
    expect(found[0]).toMatchObject({ format: 'classification', columns: { text, label }, target: label });
    expect(isClear(found)).toBe(true);
    expect(found[0].reasons.join()).toContain(`${label} is the label, by its name and 4 values in 60 rows`);
  });

  it.each<[string, Record<string, Content>, object]>([
    [
      'tickets',
      { subject: 'phrase', body: 'sentence', product: 'class', queue: 'class', customer: 'user', date: 'date' },
      { format: 'classification', columns: { text: ['subject', 'body'], label: 'queue' } },
    ],
    [
      'German mails',
      { Nr: 'id', Betreff: 'phrase', Nachricht: 'sentence', Produkt: 'class', Abteilung: 'class', Datum: 'date' },
      { format: 'classification', columns: { text: ['Betreff', 'Nachricht'], label: 'Abteilung' } },
    ],
    [
      'reviews with stars',
      { product: 'many', review: 'sentence', rating: 'stars', date: 'date' },
      { format: 'classification', columns: { text: 'review', label: 'rating' } },
    ],
    [
      'an unnamed label',
      { id: 'id', remark: 'sentence', mood: 'class' },
      { format: 'classification', columns: { text: 'remark', label: 'mood' } },
    ],
    [
      'transactions',
      {
        transaction_id: 'id',
        amount: 'fraction',
        merchant: 'many',
        country: 'class',
        hour: 'stars',
        is_fraud: 'truth',
      },
      {
        format: 'classification',
        columns: { text: { columns: ['amount', 'merchant', 'country', 'hour'], names: true }, label: 'is_fraud' },
      },
    ],
    [
      'customers who leave',
      { customer_id: 'id', age: 'number', plan: 'class', monthly_fee: 'fraction', churn: 'yes' },
      {
        format: 'classification',
        columns: { text: { columns: ['age', 'plan', 'monthly_fee'], names: true }, label: 'churn' },
      },
    ],
    [
      'tags between strokes',
      { title: 'sentence', tags: 'several' },
      { format: 'multilabel', columns: { text: 'title', labels: 'tags' } },
    ],
    [
      'tags as lists',
      { article: 'sentence', Themen: 'list', Datum: 'date' },
      { format: 'multilabel', columns: { text: 'article', labels: 'Themen' } },
    ],
    [
      'houses with prices',
      { id: 'id', area: 'number', rooms: 'stars', district: 'class', built: 'number', price: 'number' },
      {
        format: 'regression',
        columns: { text: { columns: ['area', 'rooms', 'district', 'built'], names: true }, label: 'price' },
      },
    ],
    [
      'Wohnungen',
      { Beschreibung: 'sentence', Wohnfläche: 'number', Zimmer: 'stars', Kaltmiete: 'fraction' },
      {
        format: 'regression',
        columns: { text: { columns: ['Beschreibung', 'Wohnfläche', 'Zimmer'], names: true }, label: 'Kaltmiete' },
      },
    ],
    [
      'texts with a score',
      { essay: 'sentence', score: 'fraction' },
      { format: 'regression', columns: { text: 'essay', label: 'score' } },
    ],
  ])('is found in %s', (_, columns, expected) => {
    const found = guess(columns);
    expect(found[0]).toMatchObject(expected);
    expect(isClear(found)).toBe(true);
  });

  it('says that few whole numbers may be a quantity too', () => {
    const columns = { review: 'sentence', rating: 'stars' } as const;
    expect(guess(columns)[0].reasons.at(-1)).toBe(
      'rating has 5 whole numbers, treated as classes; --format regression treats them as a quantity',
    );
    expect(guess(columns, { label: 'rating', format: 'regression' })[0]).toMatchObject({ format: 'regression' });
  });

  it('is none where every value is another', () => {
    expect(isClear(guess({ text: 'sentence', label: 'sentence' }))).toBe(false);
    expect(isClear(guess({ text: 'sentence', label: 'phrase' }))).toBe(false);
    expect(isClear(guess({ text: 'sentence', label: 'one' }))).toBe(false); // one value: a mistake, not a reason to learn the text
  });

  it('is not decided between two labels', () => {
    const found = guess({ text: 'sentence', category: 'class', sentiment: 'class' });
    expect(isClear(found)).toBe(false);
    expect(found.slice(0, 2).map(({ target }) => target)).toEqual(['category', 'sentiment']);
  });
});

describe('other rows', () => {
  it.each<[string, Record<string, Content>, object]>([
    [
      'translations',
      { en: 'sentence', de: 'sentence' },
      { format: 'translation', columns: { source: 'en', target: 'de' } },
    ],
    [
      'translations by name',
      { id: 'id', Deutsch: 'sentence', Englisch: 'sentence' },
      { format: 'translation', columns: { source: 'Deutsch', target: 'Englisch' } },
    ],
    [
      'translations by side',
      { source_text: 'sentence', translation: 'sentence' },
      { format: 'translation', columns: { source: 'source_text', target: 'translation' } },
    ],
    [
      'searches',
      { query: 'phrase', product_title: 'sentence' },
      { format: 'pairs', columns: { anchor: 'query', positive: 'product_title' } },
    ],
    [
      'Suchanfragen',
      { Suchanfrage: 'phrase', Dokument: 'sentence' },
      { format: 'pairs', columns: { anchor: 'Suchanfrage', positive: 'Dokument' } },
    ],
    [
      'texts compared',
      { text_a: 'sentence', text_b: 'sentence', similarity: 'fraction' },
      { format: 'graded_pairs', columns: { sentence1: 'text_a', sentence2: 'text_b', score: 'similarity' } },
    ],
    [
      'purchases',
      { customer_id: 'user', product_id: 'many', amount: 'fraction', purchased_at: 'date', date: 'date' },
      { format: 'interactions', columns: { user: 'customer_id', item: 'product_id', timestamp: 'date' } },
    ],
    [
      'purchases whose times no name tells',
      { customer: 'user', product: 'many', bought: 'unix' },
      { format: 'interactions', columns: { user: 'customer', item: 'product', timestamp: 'bought' } },
    ],
    [
      'purchases with the dates of a German table',
      { customer: 'user', product: 'many', ordered: 'dotted' },
      { format: 'interactions', columns: { user: 'customer', item: 'product', timestamp: 'ordered' } },
    ],
    [
      'films that were rated',
      { userId: 'user', movieId: 'many', rating: 'stars', timestamp: 'number' },
      { format: 'interactions', columns: { user: 'userId', item: 'movieId', timestamp: 'timestamp' } },
    ],
    [
      'images',
      { filename: 'image', species: 'class' },
      { format: 'image_classification', columns: { image: 'filename', label: 'species' } },
    ],
    [
      'images with captions',
      { photo: 'image', caption: 'sentence' },
      { format: 'image_text', columns: { image: 'photo', text: 'caption' } },
    ],
    [
      'recordings',
      { clip: 'audio', transcript: 'sentence', speaker: 'user' },
      { format: 'speech', columns: { audio: 'clip', text: 'transcript' } },
    ],
    [
      'recordings with a class',
      { clip: 'audio', command: 'class' },
      { format: 'audio_classification', columns: { audio: 'clip', label: 'command' } },
    ],
    [
      'tagged words',
      { words: 'list', ner_tags: 'list' },
      { format: 'tagged', columns: { tokens: 'words', tags: 'ner_tags' } },
    ],
    [
      'running text',
      { id: 'id', body: 'sentence', url: 'url', date: 'date' },
      { format: 'text', columns: { text: 'body' } },
    ],
  ])('are found: %s', (_, columns, expected) => {
    const found = guess(columns);
    expect(found[0]).toMatchObject(expected);
    expect(isClear(found)).toBe(true);
  });

  it('are never taken for running text where another column could be learnt', () => {
    for (const other of ['class', 'number', 'sentence', 'several'] as const) {
      const [best, ...rest] = guess({ text: 'sentence', other });
      expect(best.format === 'text' && isClear([best, ...rest])).toBe(false);
    }
  });
});

describe('what the user names', () => {
  const columns = {
    subject: 'phrase',
    body: 'sentence',
    product: 'class',
    queue: 'class',
    answer: 'sentence',
  } as const;

  it('goes before every guess', () => {
    expect(guess(columns, { text: ['body'], label: 'product' })[0]).toMatchObject({
      columns: { text: 'body', label: 'product' },
    });
    expect(guess(columns, { label: 'product' })[0]).toMatchObject({
      columns: { text: ['subject', 'body'], label: 'product' },
    });
    expect(guess(columns, { answer: 'answer' })[0]).toMatchObject({
      columns: { prompt: ['subject', 'body'], completion: 'answer' },
    });
    expect(guess(columns, { text: ['subject', 'body'] })[0].text).toEqual(['subject', 'body']);
    expect(guess({ text: 'sentence', label: 'sentence' }, { label: 'label' })[0]).toMatchObject({
      format: 'classification',
    });
  });
});
