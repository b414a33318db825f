/** Which language a text is in, by its smallest words: nouns have capitals in one, and what is a name in one is a word in another. */
const SMALL_WORDS: Readonly<Record<string, string>> = {
  en: 'the of and to is was for with that this you your my are be at by from not have has will she he his her they it on please',
  de: 'der die das und ist nicht ein eine einen einem einer mit von für auf den dem des im zu zum zur ich sie er wir bei nach wurde wird hat am vom bitte ihr ihre mein meine sich auch noch uns',
  fr: "le la les des et est pas une pour dans sur avec au aux du je vous il elle nous que qui ce cette sa son votre mon par été a l'a merci sont",
  es: 'el la los las y es una por para con del al que se su sus en no yo mi nos fue ha está lo le don un',
  it: 'il lo gli le e è un una per con del della dei di da al alla che si non nel nella sono ha la mio mia ho dal',
  pt: 'o os as e é um uma por para com do da dos das ao à que se não no na seu sua foi meu minha está em eu',
  nl: 'de het een en is van voor met op te niet dat die aan bij uit naar ik hij zij we mijn zijn heeft er om wordt werd graag u',
  pl: 'i w na z do nie się jest to że o dla od po przez za ma jego jej oraz pan był była mnie proszę ze są',
  sv: 'och är att det en ett av för med på inte som den till från jag han hon vi har hos om ni mitt min ska blev',
  north:
    'og er det en et af av for med på ikke som den til fra jeg han hun vi har hos ved ja on ei että se joka oli minun mutta kun ovat',
  south:
    'dan di yang dari ke ini itu dengan untuk pada saya tidak sudah akan ada oleh và của là cho có không được tôi ở đã một những các ang ng sa na mga ay ko po ni kay hindi ka mo niya wa ya kwa ni za la katika hii ana yangu',
  hindi:
    'hai ka ki ke ko se mein main nahi aur kya ho gaya gayi raha hoon kal bhi hi mera meri aap kar karo tha thi the ji wala',
  russian:
    'и в на не что с по для это из к у от за как но вы я он она они мы его ваш вас или при о до был была есть і та не що у з до від це як для ви ми він вона',
  greek: 'και το η ο οι τα του της των στο στη στην στον με για από να θα δεν είναι που σας μας μου σε τον την ένα μια',
  east: 'a je na se ve v s z do že si jsem není má pro po byl az és nem egy hogy van meg ez volt și este nu la cu pe din un o pentru sunt am ve bir bu için ile da değil ben çok',
};

/** Which languages a small word is of, one bit each. */
const BITS = new Map<string, number>();
for (const [at, words] of Object.values(SMALL_WORDS).entries())
  for (const word of words.split(' ')) BITS.set(word, (BITS.get(word) ?? 0) | (1 << at));

const LANGUAGES = Object.keys(SMALL_WORDS).length;
/** The place of the one whose nouns have capitals. */
export const GERMAN = Object.keys(SMALL_WORDS).indexOf('de');

/** The languages that a word is a small word of, one bit each. */
export function languagesOf(lower: string): number {
  return BITS.get(lower) ?? 0;
}

/** What the first words of a long text say of it. */
const ENOUGH = 60;

/** Which one it is, by its place among them; all their number where no small word says so. */
export function languageOf(tokens: readonly { form: { languages: number } }[]): number {
  const votes = new Float32Array(LANGUAGES);
  let count = 0;
  for (const { form } of tokens) {
    const bits = form.languages;
    if (bits === 0) continue;
    // A word of one language says more than one of four.
    let of = 0;
    for (let left = bits; left > 0; left &= left - 1) of++;
    for (let at = 0; at < votes.length; at++) if ((bits & (1 << at)) !== 0) votes[at] += 1 / of;
    if (++count === ENOUGH) break;
  }
  let best = -1;
  for (let at = 0; at < votes.length; at++) if (votes[at] > (best < 0 ? 0 : votes[best])) best = at;
  return best < 0 ? LANGUAGES : best;
}
