/** Devices of a person: implants, phones, meters. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'device',
  own: `frame no, frame number, serial, serial no, serial number, s/n, sn, ser no, device id, device identifier, deviceid, udid, udi, imei, imeisv, imsi, iccid, meid, esn, asset tag, asset id, asset no, android id, idfa, gaid, advertising id, hardware id, hwid, machine id, mac, bluetooth address, pacemaker~, chip number, microchip~, transponder~
rahmennummer~, rahmennr, seriennummer~, seriennr, serien nr, gerätenummer~, gerätenr, geräte id, gerätekennung, inventarnummer~, zählernummer, zähler nr, implantatnummer, chipnummer, mac adresse, fabriknummer
numéro de série, n de série, no de série, identifiant de l appareil, numéro d appareil, numéro de compteur, adresse mac, identifiant publicitaire, numéro de puce, pdl, prm
número de serie, n de serie, n serie, número serie, nro de serie, nro serie, id del dispositivo, identificador del dispositivo, dirección mac, número de contador, cups, número de chip, etiqueta de activo
numero di serie, n di serie, numero seriale, seriale, id dispositivo, indirizzo mac, numero di matricola dispositivo, pod, pdr, numero contatore, microchip
número de série, n de série, id do dispositivo, identificador do dispositivo, endereço mac, número do contador, cpe, número do chip
framenummer, framenr, serienummer~, serienr, apparaat id, apparaatnummer, toestelnummer, mac adres, meternummer, ean code, chipnummer
nr serii, numer serii, numer seryjny, numerze seryjnym, numeru seryjnego, nr seryjny, nr ser, identyfikator urządzenia, id urządzenia, adres mac, numer licznika, nr licznika, numer fabryczny, ppe, numer inwentarzowy
serienummer~, serienr, enhets id, enhetsnummer, mac adress, mätarnummer, anläggnings id, tillverkningsnummer, inventarienummer
stelnr, serienr, sarjanumero~, laitetunnus, raðnúmer, seerianumber~, sērijas nr, sērijas numurs, serijos nr, serijos numeris, sériové číslo~, výrobní číslo~, výrobné číslo~, sorozatszám~, gyári szám~, gyáriszám~, număr de serie, nr serie, seri no, seri numarası, cihaz no, serijski broj~, serijska številka~, numri i serisë
número de sèrie, nomor seri, no seri, no siri, nombor siri, số serial, số sê ri, số imei, serial no po, nambari ya serial, reeksnommer
σειριακός αριθμός, αριθμός σειράς, серийный номер, сер номер, імеі, серійний номер, сериен номер, الرقم التسلسلي, رقم تسلسلي, شماره سریال, מספר סידורי, सीरियल नंबर, क्रमांक संख्या, 序列号, 序號, 序列號, 设备号, シリアル番号~, 製造番号~, 일련번호~, 시리얼번호~, หมายเลขเครื่อง, หมายเลขซีเรียล
серийн~ номер~, серійн~ номер~, зав номер, заводской номер, заводський номер, сер №, с н, σειριακό αριθμό, σειριακού αριθμού, αρ σειράς, סידורי, מס סידורי, מספר סריאלי, מס סריאלי, סריאלי, سيريال, رقم السيريال, السيريال, التسلسلي, رقمه التسلسلي, सीरियल, सीरियल नं, सीरियल संख्या, क्रम संख्या उपकरण, आईएमईआई, số seri, sê ri, seri, imei số, gyári szám, gyártási szám~, sorozatszám, serie aparat, seria aparatului, laitteen numero, sarjanro`,
  about: `sensor~, glucose meter, glucometer~, monitor~, headset, printer, camera, drone, bike, bicycle, e bike, device~, implant~, pump~, hearing aid~, defibrillator, icd, stimulator, cpap, ventilator, glucometer, prosthesis, phone, handset, mobile, laptop, tablet, router, modem, computer, meter, sim, watch, tracker, wheelchair, stent, scooter
messgerät~, blutzucker~, sensor~, kamera, fahrrad, pedelec, gerät~, hörgerät~, schrittmacher~, herzschrittmacher~, implantat~, insulinpumpe~, pumpe, handy~, telefon, laptop~, rechner, zähler~, stromzähler, prothese~, rollstuhl, defibrillator~
série, glucomètre~, capteur~, vélo, tensiomètre~, appareil~, stimulateur~, pompe~, implant~, prothèse~, téléphone, portable, ordinateur, compteur~, défibrillateur, box, fauteuil
serie, glucómetro~, sensor~, bicicleta, silla de ruedas, dispositivo~, marcapasos, bomba~, audífono~, implante~, prótesis, móvil, teléfono, portátil, ordenador, contador~, desfibrilador
serie, glucometro~, sensore~, bicicletta, carrozzina, dispositivo~, apparecchi~, pacemaker, microinfusore, pompa, protesi, impianto, cellulare, telefono, portatile, contatore~, defibrillatore
série, glicosímetro~, medidor~, sensor~, bicicleta, cadeira de rodas, dispositivo~, aparelho~, marca passo, bomba, implante~, prótese~, telemóvel, celular, computador, contador~, medidor, desfibrilhador
serie, glucosemeter~, sensor~, fiets, scootmobiel~, apparaat~, toestel~, hoortoestel~, pomp, insulinepomp~, implantaat~, prothese~, telefoon, laptop, meter, rolstoel, defibrillator
seria, serii, glukometr~, czujnik~, rower~, wózek~, urządzeni~, aparat~, rozrusznik~, stymulator~, pomp~, implant~, protez~, telefon~, laptop~, licznik~, defibrylator
serie, glukosmätare~, sensor~, cykel~, rullstol~, apparat~, enhet~, hörapparat~, pacemaker~, pump~, insulinpump~, implantat~, protes~, telefon~, dator~, mätare~`,
};
