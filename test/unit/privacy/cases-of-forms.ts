/** Cases of recognisers of forms, tables, words for numbers and shapes of countries. */

export const CASES_OF_FORMS: Record<string, { yes: readonly (readonly [string, string])[]; no: readonly string[] }> = {
  'name-field': {
    yes: [
      ['SURNAME: ABIODUN  FORENAMES: FOLA', 'name: ABIODUN'],
      ['ACHTERNAAM: VAN DER MEULEN  VOORNAAM: SJOERD', 'name: VAN DER MEULEN'],
      ['last_name: ravnsborg', 'name: ravnsborg'],
      ['id;surname;paid\n1;Thistlewood;yes\n2;Obuya;no', 'name: Obuya'],
      ['{"first": "Zsuzsa", "last": "Vörösmarty"}', 'name: Vörösmarty'],
      ['NAME OF APPLICANT TENDAI MOYO', 'name: TENDAI MOYO'],
    ],
    no: [
      'Name: required\nSurname: optional',
      'NAME      SIZE\nnotes.txt 4 KB\nimages    1 MB',
      'Patient: Complains of headache since Monday.',
      'file name: report_final',
    ],
  },
  'address-by-code': {
    yes: [
      ['Mme Lorrain, Le Moulin Neuf, 23400 Bourganeuf, demande un devis.', 'address: Le Moulin Neuf, 23400 Bourganeuf'],
      ['zuletzt Haus Ahornhof, Zimmer 7, 79822 Titisee', 'address: Haus Ahornhof, Zimmer 7, 79822 Titisee'],
      ['she lived at Cae Gwyn, Trefin, Dyfed SA62 5ZZ', 'address: Cae Gwyn, Trefin, Dyfed SA62 5ZZ'],
      ['Residencia Los Tilos, habitación 12, 42001 Soria', 'address: Residencia Los Tilos, habitación 12, 42001 Soria'],
    ],
    no: [
      'ISO 13485, 21 CFR Part 820 and IEC 62304 apply.',
      'Der Umsatz stieg, 20000 Kunden kamen.',
      'Pantone 18-1750 was replaced by RAL 3003 on Monday.',
      'In the year 2019, 10001 People voted.',
    ],
  },
  'address-parts': {
    yes: [
      ['basha House 14, Road 3, Block F, Mirpur, ask for me', 'address: House 14, Road 3, Block F, Mirpur'],
      ['Deliver to Flat B, 12/F, Tower 5, Ocean Shores please', 'address: Flat B, 12/F, Tower 5, Ocean Shores'],
      ['j.k. Lyulin 7, bl. 712, vh. A, ap. 16', 'address: j.k. Lyulin 7, bl. 712, vh. A, ap. 16'],
      ['r/o Village Kharar, Tehsil Rampura, states that', 'address: Village Kharar, Tehsil Rampura'],
      ['plot 7, lane 3, near shiv mandir, kharadi', 'address: plot 7, lane 3, near shiv mandir, kharadi'],
      ['domicilio en Mz. 9 Casa 2, Barrio Norte, Posadas', 'address: Mz. 9 Casa 2, Barrio Norte, Posadas'],
      ['known as The Old Barn, Mill Lane, Much Wenlock', 'address: The Old Barn, Mill Lane, Much Wenlock'],
    ],
    no: [
      'Floor 3, Room 12, Tower 2 at noon',
      'In Section 4, Block B, Phase 2 of the plan',
      'see Table 3, Lot 5, Box 12, and Annex C',
      'Unit 4, Suite 3, No. 2 are spare',
      'We met the House, the Senate, and the Court of Appeal.',
      'Main 3, Sub 4, Phase 2 tripped',
    ],
  },
  'address-by-residence': {
    yes: [
      ['ondergetekende, wonende te Turnhout, Guldensporenlei 45', 'address: Turnhout, Guldensporenlei 45'],
      ['domiciliat în Cluj, str. Horea 12, ap. 4', 'address: Cluj, str. Horea 12, ap. 4'],
    ],
    no: ['Hij woont in een huis, heeft 2 kinderen', 'resident in the house, number 4 of 12'],
  },
  'name-who-does': {
    yes: [
      ['Nacho labura hasta las 6', 'name: Nacho'],
      ['Bo bor ikke her mere', 'name: Bo'],
      ['It rained. Fitz and Dolly split the petrol', 'name: Dolly'],
    ],
    no: ['Paris veut gagner', 'Guest asked for a towel', 'Das sagt man so', 'The company said so'],
  },
  'passport-shape': {
    yes: [['A1829044 expires soon; the passport office is shut', 'passport: A1829044']],
    no: ['part A1829044 is sold out', 'Pass the part 518824093 on'],
  },
  'address-by-county': {
    yes: [
      ['lands at Knockanure, Ballinrobe, Co. Mayo, to him', 'address: Knockanure, Ballinrobe, Co. Mayo'],
      ['Norman Airey, Beck Side, Dent, Cumbria', 'address: Beck Side, Dent, Cumbria'],
    ],
    no: ['The show visits Kent, Surrey and Essex.', 'Cornwall, Devon'],
  },
  'address-block': {
    yes: [
      [
        'Add:Huangli town,Wujin county\n    Changzhou 213151\n    Jiangsu province\n    P.R.China\nWeb',
        'address: Huangli town,Wujin county\n    Changzhou 213151\n    Jiangsu province\n    P.R.China',
      ],
    ],
    no: ['Address: see below\nThanks for all 3', 'Add:\nTwo Eggs\nSome Flour'],
  },
  'town-line': {
    yes: [
      ['a technomad\nEvansville, IN', 'address: Evansville, IN'],
      ['and family,\n          Johannesburg,South Africa.\n', 'address: Johannesburg,South Africa'],
    ],
    no: ['yours\nJohn Smith, MA\n', 'as shown in\nChapter Two, Section Three\n'],
  },
  messenger: {
    yes: [
      ['AIM "joe topshot"', 'code: joe topshot'],
      ['ICQ# 12345678', 'code: 12345678'],
    ],
    no: ['AIM: to reduce the noise', 'We log on to IRC in the evening.'],
  },
  'town-of-somebody': {
    yes: [
      ['Patiënt woont alleen, dochter in Assen.', 'city: Assen'],
      ['Nasz klient z Ełku zgłosił reklamację.', 'city: Ełku'],
      ['Ansprechpartner: Bruder Tobias (Fulda)', 'city: Fulda'],
    ],
    no: ['The patient was moved to Boston General at noon.', 'El hijo de Sofía llamó ayer.'],
  },
  'home-town': {
    yes: [
      ['Mi abuela vive en Almazán desde siempre.', 'city: Almazán'],
      ['Opa kommt aus Wünnenberg.', 'city: Wünnenberg'],
      ['she has moved to Twisp, Washington.', 'city: Twisp, Washington'],
      ['Han bor i Sorsele.', 'city: Sorsele'],
    ],
    no: [
      'She lives in the moment.',
      'Das kommt aus Deutschland.',
      'Elle habite à la campagne.',
      'files live in Documents/',
    ],
  },
  'age-in-words': {
    yes: [
      ['She is ninety-four years old.', 'age: ninety-four'],
      ['Die Bewohnerin ist dreiundneunzig Jahre alt.', 'age: dreiundneunzig'],
      ['on her ninety-first birthday', 'age: ninety-first'],
      ['Babcia ma dziewięćdziesiąt dwa lata.', 'age: dziewięćdziesiąt dwa'],
      ['Babička má devadesát tři let.', 'age: devadesát tři'],
      ['Seit März ist sie siebenundneunzig und wohnt hier.', 'age: siebenundneunzig'],
    ],
    no: [
      'ninety per cent of them',
      'The church is two hundred years old.',
      'That was ninety years ago.',
      'one hundred boxes were counted',
      'She is eighty years old.',
    ],
  },
  'day-and-month': {
    yes: [
      ['born 14/07, left-handed', 'date: 14/07'],
      ['off today. Rescheduled for 19/6, bring the card', 'date: 19/6'],
      ['Termin am 9.6. um zehn', 'date: 9.6'],
      ['wizyta 17.09 o ósmej', 'date: 17.09'],
      ['Please sign it by 30/9. The lessor is out.', 'date: 30/9'],
      ['Arrives 13/05.', 'date: 13/05'],
      ['Turno, 22/03 15 hs, consultorio 4', 'date: 22/03'],
      ['Ziek gemeld tot 4-11.', 'date: 4-11'],
      ['parte del 3-V-2022', 'date: 3-V-2022'],
    ],
    no: [
      'turn to pages 4-11.',
      'a drill bit, 5/16 inch wide',
      'model car, 1/24 scale',
      '3/4 of the users answered',
      'scored 5/7 on it',
      'version 2.1 works',
      'BP 12/8 today',
      'pages 3-4',
    ],
  },
  'date-in-words': {
    yes: [['on the third of March', 'date: third of March']],
    no: ['the third of many', 'a third of marches'],
  },
  'court-file': {
    yes: [
      ['see 2:19-cr-00321 for more', 'code: 2:19-cr-00321'],
      ['Beschluss 12 O 334/20 liegt vor', 'code: 12 O 334/20'],
      ['wyrok II K 418/20 jest prawomocny', 'code: II K 418/20'],
      ['案号(2024)粤0304民初2825号,开庭', 'code: (2024)粤0304民初2825号'],
      ['判決は令和5年(ワ)第1234号です', 'code: 令和5年(ワ)第1234号'],
      ['사건 2023가단51772 선고', 'code: 2023가단51772'],
    ],
    no: ['ratio 12 to 334/20', 'at 2:19 she left', '12 a 3/20', '2024년 51772명', '(2024)年度报告'],
  },
  'key-fingerprint': {
    yes: [
      [
        'key SHA256:9vV2xWq7LrM0tHk3uYbPz8dEcNfGjJ1sAiQoTy5RlZw ok',
        'code: SHA256:9vV2xWq7LrM0tHk3uYbPz8dEcNfGjJ1sAiQoTy5RlZw',
      ],
    ],
    no: ['SHA256:abc', 'at 10:20:30:40'],
  },
  orcid: {
    yes: [['by 0000-0002-1825-0097 alone', 'code: 0000-0002-1825-0097']],
    no: ['by 0000-0002-1825-0098 alone'],
  },
  handle: {
    yes: [
      ['@lena.backt tagged us in a story', 'code: @lena.backt'],
      ['En TikTok estoy como luzmi.ve por si acaso', 'code: luzmi.ve'],
      ['follow her on Instagram: @tess.paints', 'code: @tess.paints'],
      ['my gamertag is frostbyte_09', 'code: frostbyte_09'],
      ['ask u/quietfox about it', 'code: u/quietfox'],
    ],
    no: ['@here posted it', 'use @param for arguments', 'the @media rule', 'Reddit is large.', 'her account too.'],
  },
  'plate-shape': {
    yes: [
      ['a blue van, LK19 VXD, was parked there', 'plate: LK19 VXD'],
      ['der Wagen mit B-XY 1234 fuhr weg', 'plate: B-XY 1234'],
      ['Auf dem Parkplatz: GM XK 2094 und sonst keiner', 'plate: GM XK 2094'],
      ['Our bakkie, CA 518-203, was hit', 'plate: CA 518-203'],
    ],
    no: ['release tags: BLTS-22 and CVSS-31', 'order LK19 VXD today', 'see ISO 9001 for cars and UTF-8'],
  },
  'photo-file': {
    yes: [
      ['see arm-left_2.heic here', 'photo: arm-left_2.heic'],
      ['photo_2024_kid.jpg', 'photo: photo_2024_kid.jpg'],
      ['passed front_door_courier_face.mp4 on', 'photo: front_door_courier_face.mp4'],
    ],
    no: ['see arm.txt', 'a .jpg file', 'company_logo.png', 'kitchen1.jpg', 'release-demo.mp4', 'screenshot-2024.png'],
  },
  'photo-of-somebody': {
    yes: [
      ["kept a still of the shoplifter's face; police", "photo: a still of the shoplifter's face"],
      ['zdjęcie biometryczne', 'photo: zdjęcie biometryczne'],
    ],
    no: ['picture of the customer journey', 'screenshot of the client', 'Foto vom Zählerstand'],
  },
  'feast-day': {
    yes: [
      ['He fell on Boxing Day and waited.', 'date: Boxing Day'],
      ['seit Ostermontag krank', 'date: Ostermontag'],
      ['compleanno di zia a Ferragosto', 'date: Ferragosto'],
      ['ramlade på julafton', 'date: julafton'],
    ],
    no: [
      'We are closed on Boxing Day.',
      'Am Karfreitag geschlossen',
      'Merry Christmas Eve to all',
      'the Easter Monday menu',
    ],
  },
  'record-shape': {
    yes: [
      ['booked for Monday under MR012732.', 'medical_record: MR012732'],
      ["('Grace', 'MR-15808-U', NULL)", 'medical_record: MR-15808-U'],
      ['card A123456(3) of Ms Chan', 'national_id: A123456(3)'],
      ['DIN 02592841 of the director', 'code: 02592841'],
      ['Ondřej, 800412/4471, Brno', 'national_id: 800412/4471'],
      ['RFC: GOMC8001019A1', 'national_id: GOMC8001019A1'],
    ],
    no: ['spis 204471/2021', 'card A123456(4) is a sample', 'MR 12 left', 'a screw of DIN 912'],
  },
  'table-column': {
    yes: [
      ['Guest|Room|Passport|\nAleksei M|412|75 2752589|\nHana T|414|TR8388010|', 'passport: TR8388010'],
      ['| Alumno | Expediente |\n|---|---|\n| Omar B | 39965 |', 'code: 39965'],
      ['name,phone,email\nMina,5127363221,mina@example.org', 'phone: 5127363221'],
      ['user;password\nkdobson;bluebell', 'secret: bluebell'],
    ],
    no: [
      'Invoice;Amount\n20447;1882.00',
      'Part no.|Qty\n4471-22|12',
      'Customer|Orders\nAcme|4471',
      'Passport,Visa\nneeded,needed',
    ],
  },
  'biometric-file': {
    yes: [
      ['voice_sample_kim.wav was sent', 'biometric: voice_sample_kim.wav'],
      ['"face_template": "ft_0091ab.bin"', 'biometric: ft_0091ab.bin'],
      ['prints in 00417.wsq', 'biometric: 00417.wsq'],
    ],
    no: ['setup.bin', 'song.mp3', 'the face template is a file', 'surface: "flat"'],
  },
  'street-alone': {
    yes: [
      ['he lives in Wellington Crescent, two doors down', 'address: Wellington Crescent'],
      ['Sie zog in die Goethestraße.', 'address: Goethestraße'],
      ['vive na Rua do Sol, por cima do café', 'address: Rua do Sol'],
    ],
    no: ['Market Street closed at noon.', 'the street lives on'],
  },
  // Forms that no rule has; address-learned.test.ts has more.
  'address-learned': {
    yes: [
      [
        'neshani: Khiaban-e Golestan, Kuche-ye Nastaran, pelak 27, Shiraz',
        'address: Khiaban-e Golestan, Kuche-ye Nastaran, pelak 27, Shiraz',
      ],
      [
        'Send it to Blk 518 Bishan Street 13 #09-44, Singapore 570518 please',
        'address: Blk 518 Bishan Street 13 #09-44, Singapore 570518',
      ],
    ],
    no: [
      'Ordered: 5 st Björk, 2 st Ask.',
      'Section 420 IPC r/w Sec 34',
      'Bus 14 to Harlow leaves from stop 6 at 09:15.',
      'Art. 12 Abs. 3 des Gesetzes vom 4. Mai 1998',
    ],
  },
  'address-field': {
    yes: [
      ['Address: Kraftwerk 7, Halle West', 'address: Kraftwerk 7, Halle West'],
      ['{"straat":"Havenkade","huisnr":"12b"}', 'address: Havenkade'],
      ['{"straat":"Havenkade","huisnr":"12b"}', 'address: 12b'],
      ['naam,huisnummer\nBos,7', 'address: 7'],
    ],
    no: ['IP address: 10 Base', 'address: 0x7ffe', 'Address: see below', 'Memory address: Page 7 of Four'],
  },
  'city-field': {
    yes: [
      ['Město: Praha 1', 'city: Praha 1'],
      ['Town: Skibbereen\nCounty: none', 'city: Skibbereen'],
      ['namn;ort\nTuva;Kiruna', 'city: Kiruna'],
    ],
    no: ['Town: unknown', 'city: string'],
  },
  // Those of each language stand in cases-of-scripts.ts.
  'name-listed-in-script': {
    yes: [
      ['物业说陈慧敏家漏水了。', 'name: 陈慧敏'],
      ['서류에 심재호 주민번호가 빠졌습니다', 'name: 심재호'],
      ['الجار فهد رافقها', 'name: فهد'],
    ],
    no: ['高兴的是方便面已经到货。', '이사회는 주문서를 검토한다.', 'القيمة غير صالحة'],
  },
  'name-in-script': {
    yes: [
      ['我叫王小明，住在北京。', 'name: 王小明'],
      ['患者李娜主诉头痛。', 'name: 李娜'],
      ['昨天陈先生来电。', 'name: 陈'],
      ['聯絡人：歐陽美玲', 'name: 歐陽美玲'],
      ['患者の山田太郎さんは来院した。', 'name: 山田太郎'],
      ['私は佐藤と申します。', 'name: 佐藤'],
      ['スミスさんに連絡する', 'name: スミス'],
      ['제 이름은 김민준입니다.', 'name: 김민준'],
      ['어제 박서연 씨가 전화했다.', 'name: 박서연'],
      ['예금주: 최지우', 'name: 최지우'],
      ['اسمي محمد أحمد وأسكن في القاهرة', 'name: محمد أحمد'],
      ['السيدة فاطمة الزهراء في المكتب', 'name: فاطمة الزهراء'],
      ['آقای رضا محمدی را ببینید', 'name: رضا محمدی'],
      ['שמי דוד לוי, גר בחיפה', 'name: דוד לוי'],
      ['גב׳ רחל כהן ביקשה תור', 'name: רחל כהן'],
      ['मेरा नाम राजेश कुमार है', 'name: राजेश कुमार'],
      ['श्रीमती सुनीता देवी ने कहा', 'name: सुनीता देवी'],
      ['আমার নাম রহিম উদ্দিন', 'name: রহিম উদ্দিন'],
      ['என் பெயர் முருகன்', 'name: முருகன்'],
      ['నా పేరు రాములు', 'name: రాములు'],
      ['ผมชื่อสมชาย ใจดี', 'name: สมชาย ใจดี'],
    ],
    no: [
      '客户服务中心周末休息。',
      'お客様へのお知らせ、皆さんどうぞ。',
      '患者さんは三人でした。',
      '고객님, 주문이 완료되었습니다.',
      'أغلق المتجر يوم الجمعة في القاهرة',
      'החנות סגורה ביום שישי',
      'दुकान शुक्रवार को बंद रहेगी',
      'ร้านปิดวันศุกร์ คุณภาพดี',
    ],
  },
  'name-of-writer': {
    yes: [
      ['On Mon, 9 Sep 2002, zorblat wrote:\n> fine by me\n', 'name: zorblat'],
      ['On Tue, Vexley Quornby <vq@example.com> wrote:\n> no', 'name: Vexley Quornby'],
      ['Am 4. Mai schrieb Thoralf Quinkert:\n> ja', 'name: Thoralf Quinkert'],
      ['From: krummel <krummel77@example.org>\nSubject: keys', 'name: krummel'],
      ['a reply\n    posted by zorblat on Tuesday', 'name: zorblat'],
      ['See you there.\n\nBest regards,\n zorblat\n', 'name: zorblat'],
      ['Bis morgen.\nMit freundlichen Grüßen\nQ. Thornquell', 'name: Q. Thornquell'],
      ['il pacco è arrivato.\nCordiali saluti\nZeldra Quonti', 'name: Zeldra Quonti'],
      ['das paket ist da, gruß b. quellert', 'name: b. quellert'],
      ['> why?\n\nNo idea.\n\n-tom\n\n', 'name: tom'],
    ],
    no: [
      'What you wrote:\nnothing',
      'Best regards,\nCustomer Support',
      'Viele Grüße\nIhr Kundenservice',
      'Thanks.\n\nIntroduction\n\nThis part says why.',
      'Options\n\n--verbose\n\n--quiet\n',
      'From: The Weekly Digest <list@example.com>\n',
      'From: "Garden Window" <gardenwindow@example.com>\n',
      '> is it on?\n\nYep.\n\n',
    ],
  },
};
