// The main job on a fresh database, through the pages alone: an administrator sets the hospital up, a patient books on a
// phone, reception runs the day, the doctor consults and prescribes, the patient prints the prescription.

import assert from 'node:assert/strict';
import { journey } from './support.mjs';

/** A zone in which it is around noon now, so that the day has free times left wherever and whenever this runs. */
function zoneAtNoon() {
  const offset = 12 - new Date().getUTCHours();
  return `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
}

const PASSWORD = 'seventeen wet badgers';

/** Opens a single-use link and chooses a password. */
async function accept(page, link) {
  await page.goto(link);
  await page.locator('[name=password]').fill(PASSWORD);
  await page.locator('[name=password_again]').fill(PASSWORD);
  await page.locator('main form [type=submit], main form button.btn-primary').first().click();
  await page.waitForURL((url) => url.pathname === '/');
}

journey('a clinic opens its doors', async ({ server, person, check }) => {
  // The administrator sets the hospital up.
  const admin = await person();
  await admin.goto(server.setupLink);
  await admin.locator('[name=hospital_name]').fill('Saint Roch');
  await admin.locator('[name=address]').fill('1 Quay Street');
  await admin.locator('[name=phone]').fill('+44 20 7946 0000');
  await admin.locator('[name=time_zone]').selectOption(zoneAtNoon());
  await admin.locator('[name=currency]').selectOption('GBP');
  await admin.locator('[name=first_name]').fill('Ann');
  await admin.locator('[name=last_name]').fill('Lee');
  await admin.locator('[name=username]').fill('ann');
  await admin.locator('[name=password]').fill(PASSWORD);
  await admin.locator('[name=password_again]').fill(PASSWORD);
  await admin.getByRole('button', { name: 'Set up the hospital' }).click();
  await admin.waitForURL((url) => url.pathname === '/');
  await check(admin, 'home-admin-first');

  // A department.
  await admin.getByRole('link', { name: 'Add your departments' }).click();
  await check(admin, 'department-new');
  await admin.getByLabel('Name').fill('Cardiology');
  await admin.getByLabel('Description').fill('Hearts and vessels');
  await admin.getByLabel('Location').fill('Building B, second floor');
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.getByRole('heading', { level: 1, name: 'Cardiology' }).waitFor();
  await check(admin, 'department');

  // A doctor, invited, with hours.
  await admin.goto('/doctors/new');
  await check(admin, 'doctor-new');
  await admin.locator('[name=first_name]').fill('Maya');
  await admin.locator('[name=last_name]').fill('Okafor');
  await admin.locator('[name=email]').fill('maya@example.org');
  await admin.locator('[name=department_id]').selectOption({ label: 'Cardiology' });
  await admin.locator('[name=license_number]').fill('GMC 1234567');
  await admin.getByRole('button', { name: 'Add the doctor' }).click();
  const doctorLink = await admin.locator('[data-copy]').getAttribute('data-copy');
  await check(admin, 'doctor-invited');
  await admin.getByRole('link', { name: 'Set the hours' }).click();
  await check(admin, 'hours-empty');
  await admin.getByRole('link', { name: 'Add hours' }).first().click();
  for (const day of await admin.locator('[name=days]').all()) await day.check();
  await admin.locator('[name=start]').fill('00:00');
  await admin.locator('[name=end]').fill('00:00');
  await admin.locator('[name=slot_minutes]').fill('20');
  await check(admin, 'hours-new');
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.getByText('72 × 20 min').first().waitFor();
  await check(admin, 'hours');

  // The reception, invited.
  await admin.goto('/users/new');
  await check(admin, 'user-new');
  await admin.locator('[name=role]').selectOption('receptionist');
  await admin.locator('[name=first_name]').fill('Rosa');
  await admin.locator('[name=last_name]').fill('Lind');
  await admin.locator('main form .form-actions button').first().click();
  const deskLink = await admin.locator('[data-copy]').getAttribute('data-copy');
  await check(admin, 'user-invited');

  const doctor = await person({ dark: true });
  await doctor.goto(doctorLink);
  await check(doctor, 'invitation');
  await accept(doctor, doctorLink);
  const desk = await person();
  await accept(desk, deskLink);
  await check(desk, 'home-desk-first');

  // A patient registers and books, on a phone.
  const patient = await person({ phone: true });
  await patient.goto('/login');
  await check(patient, 'login');
  await patient.getByRole('link', { name: 'Register' }).click();
  await patient.locator('[name=first_name]').fill('Zoë');
  await patient.locator('[name=last_name]').fill('Núñez');
  await patient.locator('[name=date_of_birth]').fill('1984-05-17');
  await patient.locator('[name=phone]').fill('+44 7700 900123');
  await patient.getByLabel('Female').check();
  await patient.locator('[name=email]').fill('zoe@example.org');
  await patient.locator('[name=password]').fill('pa55-tulips-here');
  await patient.locator('[name=password_again]').fill('pa55-tulips-here');
  await patient.locator('[name=consent]').check();
  await check(patient, 'register');
  await patient.getByRole('button', { name: 'Register' }).click();
  await patient.waitForURL((url) => !url.pathname.startsWith('/register'));
  await patient.goto('/');
  await check(patient, 'home-patient-first');
  await patient.getByRole('link', { name: 'Book an appointment' }).first().click();
  await check(patient, 'book-doctor');
  await patient.locator('a.pick', { hasText: 'Dr Maya Okafor' }).click();
  await patient.locator('button.slot').first().waitFor();
  await check(patient, 'book-time');
  await patient.locator('button.slot').first().click();
  await patient.getByLabel('Reason for the visit').fill('Palpitations since Sunday');
  await check(patient, 'book-reason');
  await patient.getByRole('button', { name: 'Book this time' }).click();
  await patient.getByRole('link', { name: 'Add to calendar' }).waitFor();
  await check(patient, 'booked');
  const file = await patient.getByRole('link', { name: 'Add to calendar' }).getAttribute('href');
  const calendar = await patient.evaluate((href) => fetch(href).then((answer) => answer.text()), file);
  assert.match(calendar, /BEGIN:VEVENT[\s\S]*Okafor/);

  // Reception confirms and checks in, on the day board.
  await desk.goto('/board');
  await desk.getByText('Zoë Núñez').first().waitFor();
  await check(desk, 'board');
  await desk.locator('.visit, tr', { hasText: 'Zoë Núñez' }).getByRole('button', { name: 'Confirm' }).click();
  await desk.locator('.visit, tr', { hasText: 'Zoë Núñez' }).getByRole('button', { name: 'Check in' }).click();
  await desk.locator('.board-warning .visit, tr', { hasText: 'Zoë Núñez' }).waitFor();
  await check(desk, 'board-waiting');

  // The doctor consults: what is typed is saved, and still there when the page is opened anew.
  await doctor.goto('/my-day');
  await check(doctor, 'my-day');
  await doctor.getByRole('button', { name: 'Start' }).click();
  await doctor.waitForURL(/\/encounters\/\d+/);
  await check(doctor, 'consultation-empty');
  await doctor.locator('[name=symptoms]').fill('Palpitations for five days, no syncope.');
  await doctor.locator('[name=systolic]').fill('148');
  await doctor.locator('[name=diastolic]').fill('92');
  await doctor.locator('[name=pulse]').fill('104');
  await doctor.locator('[name=dx_text]').first().fill('Palpitations');
  await doctor.locator('[name=dx_code]').first().fill('R00.2');
  const saved = doctor.waitForResponse((answer) => answer.ok() && Boolean(answer.request().postData()?.includes('beta')));
  await doctor.locator('[name=treatment_plan]').fill('ECG, beta blocker, see again in two weeks.');
  await saved;
  await doctor.reload();
  assert.equal(await doctor.locator('[name=symptoms]').inputValue(), 'Palpitations for five days, no syncope.');
  await check(doctor, 'consultation');

  // The prescription.
  await doctor.getByRole('button', { name: /Write prescription/ }).click();
  await doctor.waitForURL(/\/prescriptions\/new/);
  await doctor.locator('.rx-medicine input').first().fill('Bisoprolol 2.5 mg');
  await doctor.locator('[name=dose]').first().fill('1');
  await doctor.locator('[name=unit]').first().fill('tablet');
  await doctor.locator('[name=frequency]').first().fill('od');
  await doctor.locator('[name=duration]').first().fill('14');
  await check(doctor, 'prescription-new');
  await doctor.getByRole('button', { name: /^Submit/ }).click();
  await doctor.waitForURL(/\/(prescriptions|encounters)\/\d+/);
  await check(doctor, 'prescription-submitted');
  await doctor.goto('/my-day');
  await doctor.getByRole('link', { name: 'Continue' }).first().click();
  await doctor.getByRole('button', { name: /Sign and finish/ }).click();
  await doctor.waitForURL((url) => !/\/sign$/.test(url.pathname));
  await check(doctor, 'after-signing');

  // The patient sees what was prescribed, and prints it.
  await patient.goto('/');
  await patient.getByRole('link', { name: /Prescriptions/ }).last().click();
  await patient.getByText('Bisoprolol').first().waitFor();
  await check(patient, 'my-prescriptions');
  await patient.getByRole('link', { name: /RX\d{6}/ }).first().click();
  await check(patient, 'my-prescription');
  await patient.getByRole('link', { name: 'Print' }).click();
  await patient.getByText('Bisoprolol').first().waitFor();
  assert.ok(await patient.getByText('GMC 1234567').first().isVisible(), 'the doctor’s licence is on the paper');
  await check(patient, 'prescription-paper');

  // And in the evening the day is done.
  await desk.goto('/');
  await check(desk, 'home-desk');
  await admin.goto('/');
  await check(admin, 'home-admin');
});
