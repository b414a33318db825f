/** What a word in an address says, whichever language it is of: one letter for all of a sort. */

const KINDS: Readonly<Record<string, string>> = {
  /** Streets. */
  s: `street st avenue ave av road rd lane ln drive dr boulevard blvd court ct place pl terrace ter tce way circle cir trail trl parkway pkwy loop alley path square sq close cl crescent cres cct circuit grove gardens gdns mews row walk
    parade pde esplanade highway hwy route expressway quay wharf pike track crossing cove gate rise view hill link trace gap
    straße strasse str weg gasse platz allee ring damm ufer steig landstraße chaussee zeile gang
    rue impasse imp chemin ch quai cours passage sente ruelle venelle bd boul rang côte montée faubourg chaussée derb zankat
    calle c cl cll carrera cra kra avenida avda paseo camino ronda travesía carretera ctra rúa carrer glorieta callejón pasaje pje psje jirón jr calz calzada privada priv cerrada cda retorno prol transversal tv diagonal dg vía rambla malecón bvar bv vereda
    rua r travessa largo praça praceta calçada estrada beco alameda rodovia rod ladeira servidão viela caminho
    via viale piazza piazzale pza corso vicolo strada contrada salita lungomare traversa fondamenta campo
    straat laan plein gracht kade singel steeg steenweg dreef dijk
    ul ulica al aleja pl plac os osiedle rynek ulice nám náměstí tř třída nábř trg cesta put obala prilaz bulevar bul ulitsa prospekt pr per pereulok shosse nab vul vulytsia prosp bulv
    utca u út útja tér tere körút krt köz sétány fasor rakpart sor bulevardul calea aleea șos șoseaua splaiul intrarea
    cad caddesi cd sok sokak sk sokağı bulvarı blv mah mahallesi mh küç küçəsi kuc kochasi
    gatan gata vägen väg gate vei veien vej gade katu tie tn tänav mnt maantee pst iela gatve bulvāris prospekts gatvė g
    odos leof leoforos plateia rr rruga bulevardi triq sqaq sráid bóthar heol ffordd stryd
    jl jln jalan jln gg gang lorong lrg lor persiaran lebuh soi thanon moo phố pho đường duong ngõ ngo ngách hẻm hem
    lu jie dadao hutong xiang gil daero chome cho machi marg chowk gali gully galli nagar vihar mohalla moh mawatha tole sarak para
    rehov rechov sderot derech simtat kikar sharia share3 shari shar3 khiaban khiyaban kh kuche kucheye koocheh kooche bolvar bonbast meydan mtaa barabara `,
  /** Flats, floors, entrances. */
  u: `apt apartment flat unit suite ste room rm floor fl level whg wohnung og eg dg ug hh vh sf stock etage étage zimmer top stiege stg tür appartement appt app porte esc escalier bât bâtiment bat rdc bureau
    piso puerta pta depto dpto departamento int interior ático bajo portal planta apto ap andar sala fundos dto esq bloco bl scala sc interno piano m lok lokal kl klatka piętro pok byt vchod patro poschodie em emelet ajtó fszt fsz lph
    et scara daire kat lgh tr vån etg leil hus th tv mf kld krs as kv korp krt stan kat ulaz sprat dz butas vh entrance dira knisa sha2a shaqqa dor vahed tabaghe lt lantai rt rw bus bte boîte hs bis upper basement upstairs rear
    xonadon mənzil bina bn toot ho dong f orofos imm immeuble lote qd quadra casa nyumba khana`,
  /** Signs of numbers. */
  n: `no nr nº n° n num núm numéro número numero number nro nomor nos nummer č čp čís br broj d dom pelak plak № h hno door dno ev na house hse lot plot stand erf site chak km ward block blk blok sector sec phase section parcel mz manzana lt zone bldg emara 3emara imara số nhà so villa shop qtr survey khasra mile`,
  /** Boxes of post offices. */
  b: `box po pobox postfach bp cs apartado casella postbus skr skrytka caixa boîte boks postboks pl pf pk gpo pmb bag rr hc rmb antwoordnummer packstation posbus slp case pob tsa cp locked private pósthólf`,
  /** Houses and estates. */
  h: `building tower towers house cottage farm lodge barn mill hall grange manor bungalow villa villas court mansion mansions heights apartments apartment residency residence résidence res condominium condo plaza centre center estate complex compound society enclave
    park mall haus hof gut mühle schloss chalet mas ferme domaine château moulin hameau lotissement cité immeuble urbanización urb edificio edif torre conjunto residencial finca cortijo masía ejido rancho quinta monte casal herdade sítio fazenda chácara cascina
    kolonia village vill gram kampung kg perum perumahan komplek apartemen menara taman pangsapuri chung căn tòa kđt site sitesi apt apartmanı köyü sídliště tanya sat comuna mkr zhk jk moshav kibbutz douar hay hayy derb narrowboat caravan marina trailer croft
    colony layout maison corpo subdivision subd`,
  /** Words before landmarks. */
  l: `near nr opp opposite behind beside next off above below facing by between junction corner after before derrière face près côté hinter neben gegenüber nahe frente detrás junto entre esquina e x angle carrefour
    odam gamb dekat depan samping belakang naast tegenover achter vicino dietro fronte obok naproti blízko karşısı yanı beside landmark`,
  /** Parts of a country. */
  a: `district dist distt county co state province region city town taluk taluka tehsil teh mandal thana upazila ward division landkreis kreis ortsteil ot bezirk departamento provincia pcia col colonia fracc barrio bairro rpto reparto mpio municipio comuna
    gmina powiat woj okres kraj megye jud judet sector ilçe il kec kecamatan kel kelurahan kab kabupaten kota desa ds dusun purok sitio brgy barangay bgy phường phuong quận quan huyện xã tp tphcm p q khu thôn ấp xóm tambon amphoe khwaeng khet sangkat khan tsp township
    qu xian shi sheng ku gun ken gu dong eup myeon ri si do küla vald pagasts novads kaimas k zona mukim seksyen bandar woreda kebele kifle ketema subcity lga nahiya mahalla mahala tumani duureg khoroo kata wilaya parish gt governorate`,
  d: `north south east west northeast northwest southeast southwest n s e w ne nw se sw nord süd sud ost est ouest norte sur este oeste sul leste ovest noord zuid oost upper lower old new alte neue alter neuer obere untere große kleine lange
    nedre øvre gamle stora lilla norra södra västra östra oude nieuwe grote stary nowy nový starý utara selatan barat timur raya vieux nouveau viejo nuevo velho novo vecchio nuovo`,
  p: `de la le les du des d l del los las el di da do dos das della dei delle degli al alla van von der den het 't ter ten te am im an zum zur auf in unter bei beim vor and of on the na u pod nad za ve v ai sous sur lès`,
  /** Words before addresses, and before what is where somebody lives. */
  c: `address addr addresses adresse adres adress adresa adresi adrese adresas aadress dirección direccion dir indirizzo endereço endereco morada anschrift wohnhaft wohnh wohnt wohne wohnen lives living live lived resides residing resident residence reside stays staying moved deliver delivery delivered ship
    shipping send sent demeurant domicilié domiciliée habite habitant habitons livrer livraison domicilio vecino vecina vive vivo viviendo vivimos enviar envío entregar reside residente abita abito residenza domiciliato consegnare mora moro morada residência woont woonachtig wonende bezorgen adresem zam zamieszkały zamieszkała
    mieszka mieszkam bor bosatt asuu osoite bydlí bytem býva bytom lakik lakcím cím címe lakcíme locuiește domiciliat oturuyor ikamet ikametgah stanuje živi naslov alamat tinggal tirahan nakatira địa địachỉ chỉ ở pata rehta rehti ghar anwani anaishi sakin sakna adres adresim 3enwan 3onwan prozhivaet zhivet zhivu menei
    diefthinsi katoikos jusho dizhi juso gar ktovet banon banues lieferadresse rechnungsadresse lieferung liefern zugestellt premises property tenancy tenant parcel ro so do wo ffo at gyvena elab dzīvo`,
  /** Words before where somebody is from. */
  f: `from aus iz fra från uit din dari apo vo`,
  /** Nouns that have numbers and are no places. */
  x: `page pages p pp figure fig table chapter section version v article art paragraph para § line lines step item note vol volume issue model series type class grade level unit lesson act bill rule form order invoice ref reference batch serial code pin port chapter verse psalm seite abbildung abb tabelle kapitel absatz abs satz artikel paragraf version rechnung auftrag
    linie zug gleis klasse página figura tabla capítulo artículo sección factura pedido línea sala pagina tabella capitolo articolo fattura linea camera stanza figuur tabel hoofdstuk artikel factuur lijn strona rysunek rozdział ustęp ust faktura sida kapitel rum sivu luku strana kapitola článek čl oldal fejezet pagina capitolul sayfa bölüm madde halaman pasal bab trang điều
    flight bus train platform seat bed ward score game round season episode channel patient patients percent kapittel side afsnit exit terminal isbn rfc error http`,
  m: `january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre
    octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro dezembro januari februari maart mei augustus stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia`,
  q: `kg g mg km cm mm ml l m² qm sqm kw kwh mb gb tb mhz ghz hz eur euro euros usd gbp chf pln sek czk huf dollars pounds cents percent pct stück units pieces years days hours minutes weeks months jahre tage stunden minuten wochen ans jours heures años días horas anni giorni ore anos dias jaar dagen uur lat dni godzin år dagar
    timmar uhr h am pm points goals votes people persons tons miles feet ft inches lbs oz mm bpm mmhg`,
  o: `st nd rd th er ème eme e º ª ° os or as ste`,
  k: `usa uk england scotland wales ireland deutschland germany france españa spain italia italy portugal brasil brazil polska poland nederland netherlands belgium belgique schweiz suisse switzerland österreich austria sweden sverige norway norge denmark danmark finland suomi india pakistan bangladesh indonesia malaysia singapore philippines
    vietnam thailand china japan korea taiwan israel egypt uae ksa qatar oman kuwait lebanon jordan iraq iran morocco maroc algérie tunisie sénégal senegal nigeria ghana kenya uganda tanzania ethiopia mexico méxico argentina chile colombia perú peru venezuela canada australia turkey türkiye greece ukraine russia romania hungary`,
};

const OF = new Map<string, number>();
for (const [letter, words] of Object.entries(KINDS)) {
  for (const word of words.split(/\s+/)) {
    // A word of several sorts is a sort of its own for each first one; the first counts.
    if (word !== '' && !OF.has(word)) OF.set(word, letter.charCodeAt(0));
  }
}

/** The letter's code of a word in small letters, 0 for what is of no sort. */
export function wordKind(lower: string): number {
  return OF.get(lower) ?? 0;
}
