/** Passwords, codes of doors and keys, by what announces them. */
export const CASES_OF_SECRETS: Record<string, { yes: [text: string, found: string][]; no: string[] }> = {
  'secret-entered': {
    yes: [
      ['then punch in 4417 and wait', 'secret: 4417'],
      ['904817 is your code', 'secret: 904817'],
      ['la porta si apre con 4471#', 'secret: 4471#'],
    ],
    no: ['enter 10000 units', '1234 is the article code', 'the shop opens with 1200 visitors'],
  },
  'secret-near': {
    yes: [
      ['her password, Biscuit2014, was on a note', 'secret: Biscuit2014'],
      ['curl -u admin:s3cr3tSauce host', 'secret: s3cr3tSauce'],
      ['Kennwort: GuGYhsQVAf', 'secret: GuGYhsQVAf'],
      ['seed phrase: correct walrus copper lantern', 'secret: correct walrus copper lantern'],
    ],
    no: [
      'password: required',
      'The password is hashed with SHA512 and salted.',
      'passphrase: the secret used to encrypt your key',
      'tokens are split by sentencepiece2',
    ],
  },
  'secret-block': {
    yes: [[`was $2y$10$${'abcdefgh'.repeat(6)}abcde today`, `secret: $2y$10$${'abcdefgh'.repeat(6)}abcde`]],
    no: ['costs $2 and $10', '-----BEGIN CERTIFICATE-----'],
  },
  'secret-said': {
    yes: [
      ["PIN for the gate at grandma's is 5135, tell no one", 'secret: 5135'],
      ['Passwort: Sonnenblume', 'secret: Sonnenblume'],
      ['passwort war Summnr!3469 und ist jetzt Wanter!6943', 'secret: Wanter!6943'],
      ['wifi on the router sticker: hedgezpvkf71, keep it', 'secret: hedgezpvkf71'],
      ['La contraseña del wifi es Alhambra00tg!; guárdala', 'secret: Alhambra00tg!'],
      ['adgangskoden er Rugbroed51!k', 'secret: Rugbroed51!k'],
      ['key safe C83G by the door', 'secret: C83G'],
      ['Locker combos: Priya 78-20-28', 'secret: 78-20-28'],
      ['kód ke dveřím 4471', 'secret: 4471'],
      ['kapı şifresi 4471', 'secret: 4471'],
      ['twilio auth 4226130c33082e744231623aca817b4e', 'secret: 4226130c33082e744231623aca817b4e'],
    ],
    no: [
      'zip code for the area is 90210',
      'The password is required.',
      'Passwort vergessen?',
      'Password must be at least 12 characters long.',
      'Enter your PIN in room 4471',
      'error code 4471: safe mode',
      'the safe opens at 9, the alarm rang',
      'La contraseña debe tener 12 caracteres.',
      'wifi 802.11ac is fast',
      'PIN of 12 digits',
    ],
  },
};
