/** Small words between an announcing word and its number, in nine languages, without accents. */
export const CONNECTORS: ReadonlySet<string> = new Set(
  `is was are be the a an one ones ending ends in reads read reading shows as under of with by for my your his her our their its it s which that has have had quoting quote given assigned stamped carries bears marked new old current full on to at from same this
ist war lautet der die das den dem des mit unter von vom auf als tragt steht hat ihre ihr ihrer seine sein mein meine unsere im am zur zum fur bei lauten eingetragen
est le la les l du de d des un une au sous porte portant avec que son sa mon ma votre notre sur est c dont se
es el los las lleva con tiene del en al su mi un una por bajo que
e il lo gli della dei dello nr ha con al alla suo sua mio mia sul sulla sotto porta per
o os as do da dos das tem com seu sua dele dela meu minha no na sob que
het een heeft luidt van onder op mijn zijn haar uw onze draagt voor
to jest ma pod o nr z za w moj moja jego jej numerem na pana pani
ar med har lyder pa av mitt min hans hennes den det ett en som
er lyder med din hans hendes hennes deres vores
je ma s se pod na za od jeho jeji
ile olan icin bu su
left right links rechts linke rechte gauche droite derecho derecha izquierdo izquierda destro destra sinistro sinistra vanster hoger venstre hojre lewy prawy levy pravy`.split(
    /\s+/,
  ),
);
