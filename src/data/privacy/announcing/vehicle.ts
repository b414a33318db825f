/** Number plates and bodies of vehicles. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'plate',
  own: `licen~ plate~, number plate~, plate, plates, tag number, vrn, vrm, reg no, vin, chassis, chassis number, vehicle identification, hull number, engine number, vehicle reg~, plate number
kennzeichen, kfz, nummernschild~, autonummer, fin, fahrgestellnummer~, fahrgestell nr, fahrgestell~, fahrzeug ident~, fahrzeugidentifikationsnummer, fahrzeugidentifizierungsnummer, kontrollschild, motornummer, fahrzeugschein
immatriculé~, immatriculation~, plaque~, numéro de châssis, châssis, numéro moteur, carte grise, vin
matrícula, matriculad~, placa~, patente, bastidor, número de bastidor, número de motor, chasis
targa, targata, targato, targhe, telaio, numero di telaio, libretto di circolazione
matrícula, placa~, chassi~, renavam, número do chassi, número do motor
kenteken~, chassisnummer, chassisnr, voertuigidentificatienummer, meldcode, nummerplaat
rejestracyjny, rejestracyjnym, rejestracyjnego, nr rej, numer rej, tablic~, nadwozia, podwozia, rejestracja, dowód rejestracyjny
registreringsnummer, regnr, reg nr, regskylt, chassinummer, chassinr, registreringsskylt
registreringsnummer~, nummerplade~, indregistrering~, stelnummer~, bilskilt~, skiltnummer, understellsnummer~, rekisterinumero~, rekisteritunnus~, rekkari, valmistenumero~, bílnúmer, skráningarnúmer, registrimärk~, auto number, auto nr, valsts numurs, auto numurs, valstybinis numeris, valst nr, spz, rz, státní poznávací značka, registrační značka, značka vozidla, evidenčné číslo vozidla, ečv, rendszám~, alvázszám~, număr de înmatriculare, nr înmatriculare, serie șasiu, plaka~, plakası, plakalı, şasi no, şasi numarası, registarska oznaka, registracijska oznaka, registarske tablice, broj šasije, registrska številka, registrske tablice, številka šasije, targa e makinës, targat
matrícula~, plat nomor, nopol, no polisi, nomor polisi, no plat, nombor pendaftaran, biển số~, biển kiểm soát, bks, số khung, số máy, plate no, plaka blg, namba ya gari, namba za gari, nommerplaat~, registrasienommer, vehicle no, veh no, rc no, gaadi no, gaadi number, gadi no
αριθμός κυκλοφορίας, πινακίδ~, αρ πλαισίου, госномер, гос номер, госномером, регистрационный знак, номер машины, номер авто, номерний знак, держномер, вин, рег номер, регистрационен номер, رقم اللوحة, لوحة, رقم السيارة, رقم الشاسيه, پلاک, شماره پلاک, מספר רכב, לוחית רישוי, गाड़ी नंबर, 车牌, 车牌号, 车牌号码, 車牌, 車牌號碼, 车架号, ナンバープレート~, 車両番号~, 登録番号~, 車台番号~, 차량번호~, 차대번호~, ทะเบียนรถ, เลขทะเบียน
гос номер~, госномер~, г н, г р з, грз, номерн~ знак~, держ номер~, держномер~, номер кузова, кузов №, номер шасси, номер двигателя, стс, птс, αρ κυκλοφορίας, αρ κυκλ, αριθμό κυκλοφορίας, πινακίδα, πινακίδες, αριθμός πλαισίου, rendszám, rendszámú, forgalmi rendszám~, forgalmi engedély~, motorszám~, număr înmatriculare, numărul de înmatriculare, numere de înmatriculare, serie caroserie, serie de șasiu, talon, rekisterinro, rek nro, rekkarinumero~, مصباح, نمرة, اللوحة, رقم لوحة, لوحة رقم, لوحات, رقم الهيكل, هيكل رقم, رقم المحرك, רכב מס, מס רכב, לוחית, מספר שלדה, שלדה, מס שלדה, वाहन संख्या, वाहन नंबर, गाड़ी संख्या, चेसिस नंबर, इंजन नंबर, रजिस्ट्रेशन संख्या गाड़ी, biển số xe, biển, biển số đăng ký, plat, nomor plat, nomor rangka, nomor mesin, no rangka, no mesin, no pendaftaran kenderaan, no casis, conduction sticker, mv file no, reg mark, vehicle registration no, iu number, iu no, disc no`,
  about: `vehicle~, car, truck, van, trailer, motorcycle, motorbike, registration, reg, tag, boat
fahrzeug~, auto, wagen, pkw, lkw, anhänger, motorrad
véhicule~, voiture, camion, moto, remorque
vehículo~, coche, camión, moto, remolque
veicolo, veicoli, auto, vettura, furgone, moto
veículo~, carro, viatura, camião, caminhão, moto
voertuig~, auto, wagen, vrachtwagen, motor, aanhanger
pojazd~, samoch~, auto, motocykl~, przyczep~
fordon~, bil, bilen, lastbil~, motorcykel~, släp~
køretøj~, kjøretøy~, bil, bilen, ajoneuvo~, auto, sõiduk~, automašīn~, automobil~, vozidl~, jármű~, gépkocsi~, mașin~, autovehicul~, araç~, otomobil~, vozil~, kendaraan, kenderaan, kereta, mobil, motor, xe, gari, pikipiki, voertuig~, машин~, автомобил~, авто, όχημα~, αυτοκίνητ~
scooter, bike, motor bike, lorry, tractor, bus, minibus, taxi, cab, rickshaw, three wheeler, boda, matatu, bíll, gari, автомобіль, автобус, тягач, мотоцикл, авто, ავტო, մեքենա, السيارة, سيارة, خودرو, ٹریکٹر, ট্রাক, गाड़ी, รถ, 차량, 车辆, 車両, 車輛`,
};
