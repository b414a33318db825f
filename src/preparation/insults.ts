/**
 * Insulting, degrading or threatening words and phrases, by language: only those with hardly any other meaning, in their
 * own or another of these languages. Names of groups are left out: texts about the groups use them far more often than
 * insults do.
 */
const INSULTS: Record<string, string> = {
  en:
    'arsehole, arseholes, asshat, asshole, assholes, bastard, bastards, bitch, bitches, bullshit, ' +
    'cocksucker, cunt, cunts, dickhead, dickheads, dipshit, douchebag, dumbass, dumbfuck, fuck, fucked, ' +
    'fucker, fuckers, fucking, fuckwit, horseshit, idiot, idiots, imbecile, imbeciles, jackass, ' +
    'knobhead, moron, morons, motherfucker, motherfuckers, motherfucking, retarded, scumbag, scumbags, ' +
    'shithead, shitheads, shitty, tosser, twat, wanker, wankers, whore, whores, drop dead, eat shit, go ' +
    'to hell, hope you die, i hate you, i will kill you, kill yourself, piece of shit, rot in hell, ' +
    'screw you, shut the hell up, shut up, son of a bitch, you are disgusting, you are pathetic, you are ' +
    'stupid, you are worthless, you disgust me, you stupid, you suck',
  de:
    'arsch, arschgeige, arschloch, arschlöcher, drecksack, drecksau, ficken, fotze, halt die fresse, ' +
    'halt die klappe, halt dein maul, halts maul, hurensohn, hurensöhne, idioten, idiotin, ich bring ' +
    'dich um, miststück, missgeburt, mistkerl, scheiss, scheisse, scheiße, scheißladen, schlampe, ' +
    'schlampen, schwachkopf, schwachköpfe, spast, spasti, trottel, verpiss dich, vollidiot, vollidioten, ' +
    'vollpfosten, wichser',
  fr:
    'connard, connards, connasse, connasses, crétin, crétins, débile mental, enculé, enculés, enfoiré, ' +
    'enfoirés, fils de pute, ferme ta gueule, imbécile, imbéciles, je te tuerai, je vais te tuer, merde, ' +
    'merdeux, merdique, niquer, nique ta mère, pute, putes, putain, salaud, salauds, salopard, salope, ' +
    'salopes, sale con, ta gueule, va te faire foutre, va te faire enculer',
  es:
    'cabrón, cabrones, cállate la boca, chinga tu madre, coño, gilipollas, hijo de puta, hijos de puta, ' +
    'hijoputa, imbéciles, jódete, joder, la concha de tu madre, lameculos, malnacido, malparido, ' +
    'maricón, mierda, pelotudo, pelotudos, pendejo, pendejos, puta, putas, que te jodan, te voy a matar, ' +
    'tonto del culo, vete a la mierda',
  it:
    'bastardo, bastardi, cazzo, coglione, coglioni, cretino, cretini, deficienti, figlio di puttana, ' +
    'idiota, idioti, merda, merde, pezzo di merda, porca puttana, puttana, puttane, rincoglionito, ' +
    'rompicoglioni, sei un cretino, sfigato, stronza, stronze, stronzi, stronzo, stronzate, testa di ' +
    'cazzo, ti ammazzo, vaffanculo, vai a quel paese, zitto e muto, zoccola',
  pt:
    'arrombado, babaca, babacas, bosta, burro do caralho, caralho, corno manso, desgraçado, desgraçados, ' +
    'escroto, filha da puta, filho da puta, filhos da puta, foda-se, fodam-se, idiotas, imbecis, merdas, ' +
    'otário, otários, vai à merda, vai se foder, vai tomar no cu, vagabunda, vou te matar',
  nl:
    'achterlijke, flikker op, godverdomme, hoer, hoerenjong, hou je bek, hou je kop, ik maak je af, ' +
    'kankerlijer, klootzak, klootzakken, klote, kutbedrijf, kuthoer, kutwijf, lulhannes, mafkees, ' +
    'oplichters, rot op, rotzak, schijt, smeerlap, sukkel, sukkels, teringlijer, trut, tyfuslijer, val ' +
    'dood, verdomme',
  sv:
    'dra åt helvete, fan ta dig, fitta, fittor, håll käften, helvete, horunge, idioter, jävel, jävla, ' +
    'jävlar, jag ska döda dig, kuken, kukhuvud, rövhål, skitstövel, skitstövlar, subba',
  da:
    'fandens, fuck af, hold kæft, idioterne, jeg slår dig ihjel, kraftidiot, kælling, luder, møgkælling, ' +
    'pikhoved, pis af, røvhul, røvhuller, skiderik, svin til',
  nb: 'drittsekk, drittsekker, dra til helvete, faen, fitte, hestkuk, hold kjeft, jævla, jævlig idiot, jeg skal drepe deg, kukhue, rasshøl, ræva',
  pl:
    'chuj, chuja, chuje, chujowy, debil, debile, dupek, frajerzy, idiotka, jebać, jebany, jebane, ' +
    'kretyn, kretyni, kurwa, kurwy, matoł, pierdol się, pierdolony, pierdolone, pojeb, skurwiel, ' +
    'skurwysyn, skurwysyny, spierdalaj, wypierdalaj, zabiję cię, zamknij mordę, zamknij się',
  cs:
    'čurák, čuráci, debil, debilové, do prdele, hajzl, hajzlové, hovado, idiote, jdi do prdele, kokot, ' +
    'kráva pitomá, kreténe, kretén, píča, píčovina, pitomec, pitomci, sráč, zabiju tě, zasranej, ' +
    'zasraný, zavři hubu, zmrd, zmrdi',
  tr:
    'amına koyayım, aptal herif, gerizekalı, geri zekalı, götveren, hassiktir, kahpe, orospu, orospu ' +
    'çocuğu, orospular, pezevenk, pezevenkler, piç, piçler, seni öldüreceğim, siktir, siktir git, ' +
    'şerefsiz, şerefsizler, yavşak',
};

/** The whole list. */
export function insults(): string[] {
  return Object.values(INSULTS).flatMap((list) => list.split(', '));
}
