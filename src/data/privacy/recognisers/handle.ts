/** Names at services of people's own: "@tess.paints" beside a service, "u/quietfox", "gamertag frostbyte_09", "mo#4471". */
import type { Candidate, Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { WordPattern } from '../words/word-pattern.ts';

const SERVICES = String.raw`instagram|insta|ig|twitter|tik ?tok|telegram|discord|snap(?:chat)?|youtube|github|gitlab|mastodon|bluesky|bsky|reddit|twitch|skype|linkedin|facebook|fb|pinterest|wechat|whatsapp|viber|venmo|cash ?app|paypal|revolut|soundcloud|spotify|strava|psn|playstation|xbox|nintendo|roblox|minecraft|fortnite|vinted|ebay|etsy|onlyfans|patreon|substack|gamertag|gamer tag|handle|nick(?:name)?|screen ?name|psn id|steam id`;
const AT_SIGN = new Expression(/(?<![\p{L}\p{N}@._/-])@[A-Za-z_](?:[\w.]{1,30})(?<![.])(?![\w@])/gu);
const NEAR = new RegExp(
  String.raw`(?<!\p{L})(?:${SERVICES}|follow(?:s|ed|ing|ers)?|dm(?:s|ed)?|tag(?:ged)?|mention(?:ed)?|profile|account|posted by|folg(?:t|en)|suivez|sígueme|segui|volg|obserwuj|följ)(?!\p{L})[^\n]{0,40}$`,
  'iu',
);
/** "@kasia.bakes tagged us", "@rhodesdusty on Insta". */
const AT_WORK = new RegExp(
  String.raw`^\s(?:(?:has |had |just )?(?:tagged|posted|commented|messaged|dm['’]?e?d|followed|liked|replied|wrote|shared)|(?:on|auf|sur|en|su|no|op|na|på) (?:${SERVICES})|hat (?:uns|mich)|nous a|nos ha|ci ha)(?!\p{L})`,
  'iu',
);
/** Everybody, and words of programs. */
const NOBODY =
  /^@(?:here|all|everyone|channel|team|media|types?|dataclass|param|returns?|override|import|property|staticmethod|author|see|link|todo|deprecated|test|app|me|you|us)$/i;
const SAID = new WordPattern(
  String.raw`(?<!\p{L})(?:${SERVICES})(?: (?:handle|name|id|tag|account|profile|user(?:name)?|konto|compte|cuenta|conta|nick))?(?:\s?[:=]\s?|\s(?:heißt (?:sie|er|es)|estoy como|estou como|come|come:|under|unter|sous|bin ich|je suis|moi c['’]est|soy|me llamo|sono|io sono|sou|ben ik|heet ik|är jag|heter jag|er jeg|hedder jeg|jestem|i am|i['’]m|as)\s|\s(?:is|ist|est|es|è|é|to|jest|är)\s|\s)["'«„“]?(?<value>@?(?:live:)?(?=[\w.]{0,30}(?:[\d_]|\.\w))[A-Za-z](?:[\w.]{2,39})(?<![.])(?=[^\w.@]|[.](?:\s|$)|$))`,
  'iu',
);
const ALONE = new Expression(
  /(?<![\p{L}\p{N}/_.-])\/?u\/[A-Za-z][\w-]{2,20}(?![\w/-])|(?<![\p{L}\p{N}#&/._-])[A-Za-z][\w.]{1,31}#\d{4}(?![\w-])/gu,
);
/** Files, versions and hosts are none. */
const OTHER =
  /\.(?:com|org|net|io|de|fr|co|uk|exe|js|py|html?|txt|md|json|ya?ml|zip|png|jpe?g|pdf)$|^v?\d|^\w+\.\d+(?:\.\d+)*$/i;

export const recogniser: Recogniser = {
  name: 'handle',
  kind: 'code',
  *find(text) {
    if (text.includes('@')) {
      for (const { 0: value, index } of AT_SIGN.matches(text)) {
        const behind = text.slice(index + value.length, index + value.length + 40);
        const isNear =
          NEAR.test(text.slice(Math.max(0, index - 60), index)) || (AT_WORK.test(behind) && !NOBODY.test(value));
        if (isNear || isMarked(value, text[index + value.length])) yield found(index, value, isNear ? 0.65 : 0.6);
      }
    }
    for (const match of SAID.matches(text)) {
      const { value } = match.groups!;
      if (!OTHER.test(value)) yield found(match.index + match[0].lastIndexOf(value), value, 0.6);
    }
    if (text.includes('u/') || text.includes('#')) {
      for (const { 0: value, index } of ALONE.matches(text)) yield found(index, value, 0.6);
    }
  },
};

/** "@bru.nasc_arq", "@ann_w7": as nobody writes a word, and no decorator, package or rule of a style sheet. */
function isMarked(value: string, next: string | undefined): boolean {
  return (
    next !== '(' &&
    next !== '/' &&
    value.length > 5 &&
    /[a-z]_[a-z]|[a-z][._]?\d{1,4}$/i.test(value) &&
    !OTHER.test(value)
  );
}

function found(start: number, value: string, score: number): Candidate {
  return { start, end: start + value.length, score };
}
