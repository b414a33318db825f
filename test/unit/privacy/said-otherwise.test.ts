/** The same things in other words: codes by what is done with them, accounts by what they do, days in words, ages and plates as people note them. */
import { describe, expect, it } from 'vitest';
import { found } from './found.ts';

describe('said otherwise', () => {
  it.each([
    ['failed attempts for user skhanna, account locked', 'code: skhanna'],
    ['the account svc-hparker belongs to accounting', 'code: svc-hparker'],
    ['con el usuario mlopezr tres veces seguidas', 'code: mlopezr'],
    ['sshd[911]: Failed password for hvdberg from 84.241.190.33', 'code: hvdberg'],
    ['giren okaraca kullanıcısı kim?', 'code: okaraca'],
    ['lholm kan ikke logge på', 'code: lholm'],
    ['who is nightheron_88 on the forum', 'code: nightheron_88'],
    ['agora é @bru.nasc_arq', 'code: @bru.nasc_arq'],
    ['the alarm goes off if you don’t punch in 4417 within thirty secs', 'secret: 4417'],
    ['Larmet stängs av med 7093 inom en halv minut.', 'secret: 7093'],
    ['Pour entrer tu fais 48B17 et tu pousses fort', 'secret: 48B17'],
    ['le code a changé : B4471', 'secret: B4471'],
    ['904817 : c’est le code reçu', 'secret: 904817'],
    ['Te ha llegado un SMS con 774 019, dímelo', 'secret: 774 019'],
    ['Tür unten mit 2580# aufmachen', 'secret: 2580#'],
    ['Parola de la contul de curier este Salcam#403, userul', 'secret: Salcam#403'],
    ['Visite am Samstag, 18.5., danach frei', 'date: Samstag, 18.5'],
    ['která odlétá v sobotu 5. července.', 'date: sobotu 5. července'],
    ['toplantıyı 21 Mart Cuma gününe aldık', 'date: 21 Mart Cuma'],
    ['started on 3 March (Monday)', 'date: 3 March (Monday'],
    ['Leah turns forty on May twenty-second; surprise', 'date: May twenty-second'],
    ['falleció el veintitrés de abril', 'date: veintitrés de abril'],
    ['w październiku 2023, porusza się', 'date: październiku 2023'],
    ['Great-aunt Philippa is 104 and the last', 'age: 104'],
    ['Opa Klaas wordt zaterdag 22 februari 90 en Truus', 'age: 90'],
    ['Her sisters lived to 95 and 98, so she waits', 'age: 98'],
    ['Mașina cu numărul CJ 41 RXP e blocată', 'plate: CJ 41 RXP'],
    ['автомобіль АА 1234 ВВ стоїть', 'plate: АА 1234 ВВ'],
    ['A1829044 expires soon, so the passport office is next.', 'passport: A1829044'],
    ['Passports: Stelios Georgiou 141501619, Kirsty Munro 518637045.', 'passport: 518637045'],
    ['the rolled impressions of all fingers', 'biometric: the rolled impressions of all fingers'],
    ['asked for the facial close-up of the deceased.', 'photo: the facial close-up of the deceased'],
    ['wonende te Turnhout, Guldensporenlei 45, verklaart', 'address: Turnhout, Guldensporenlei 45'],
    ['domiciliat în Sfântu Gheorghe, str. Gróf Mikó Imre 22.', 'address: Sfântu Gheorghe, str. Gróf Mikó Imre 22'],
  ])('%s', (text, expected) => expect(found(text)).toContain(expected));

  it.each([
    'Open user groups and user accounts here; the user interface is new.',
    'import { foo } from "@angular/core"; @app.route("/x"); @media_query(1)',
    'Enter 10000 units into the field and press 4500 pieces.',
    'The new code 404 is returned; the new code of conduct 2024 applies.',
    'bad_password attempts=4',
    'ping localhost at 127.0.0.1, or listen on 0.0.0.0',
    'March second-hand sales; may first aid help.',
    'Pass the part 518824093 on.',
    'Hij woont in een huis, heeft 2 kinderen.',
  ])('leaves %s', (text) => expect(found(text)).toEqual([]));
});
