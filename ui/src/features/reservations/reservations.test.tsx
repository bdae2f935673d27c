import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title, violations } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';
import type { DayVerdictView, RefusalView } from '../../lib/ipc';

const grid = '/reservations/toussaint?enfant=leo';
const box = (day: string, unit: string, name = 'Léo') =>
  screen.getByRole('checkbox', { name: `${name}, ${day}, ${unit}` });

test('holiday day-care is booked in the steps of the guide', async () => {
  const user = await openAt(scenes.open());
  await title('Bonjour Claire');
  expect(screen.getByRole('heading', { level: 2, name: 'MA FAMILLE' })).toBeVisible();
  await user.click(screen.getByRole('link', { name: /Réservations \/ Modifications ALSH/ }));
  await title('Réservations / Modifications ALSH');
  await user.click(screen.getByText('Léo', { selector: 'summary *' }));
  await user.click(screen.getByRole('link', { name: /COMMENCER\s*: Léo/ }));
  await title('ALSH des vacances – Vacances de la Toussaint');
  await user.click(box('lundi 19 octobre', 'Matin'));
  await user.click(box('lundi 19 octobre', 'Repas AV'));
  await user.click(box('lundi 19 octobre', 'Après-midi'));
  await waitFor(() => expect(screen.getByRole('row', { name: /lundi 19 octobre/ })).toHaveTextContent(/12,86\s€/));
  expect(screen.getByText(/Brouillon gardé sur cet ordinateur\s: aucune place n’est encore réservée/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'ALLER À L’ÉTAPE 2' }));
  await title('Réservations, étape 2');
  expect(screen.getByText('Rien n’est encore réservé. Vérifiez, puis cliquez sur VALIDER.')).toBeVisible();
  expect(await screen.findByText('Matin, Repas AV, Après-midi')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'VALIDER' }));
  await title('Récépissé de réservation');
  expect(screen.getByText('K7M3-9QXT-4F2P')).toBeVisible();
  expect(screen.getByText('Confirmé')).toBeVisible();
});

test('a meal alone says what to do in place, and step 2 waits for it', async () => {
  const user = await openAt(scenes.open(), grid);
  await title('ALSH des vacances – Vacances de la Toussaint');
  await user.click(box('mercredi 21 octobre', 'Repas AV'));
  const sentence = await screen.findByText(
    /Un repas AV \(avec viande\) ou SV \(sans viande\) se réserve avec le matin/,
  );
  expect(box('mercredi 21 octobre', 'Repas AV')).toHaveAccessibleDescription(
    expect.stringContaining('Ajoutez une demi-journée ou retirez le repas.'),
  );
  expect(screen.getByRole('row', { name: /mercredi 21 octobre/ })).toHaveTextContent('à compléter');
  await user.click(screen.getByRole('button', { name: 'ALLER À L’ÉTAPE 2' }));
  await waitFor(() => expect(sentence).toHaveFocus());
  expect(await violations()).toEqual([]);
});

test('one meal takes the place of the other, and it is said', async () => {
  const user = await openAt(scenes.open(), grid);
  await title('ALSH des vacances – Vacances de la Toussaint');
  await user.click(box('lundi 19 octobre', 'Repas AV'));
  await user.click(box('lundi 19 octobre', 'Repas SV'));
  await waitFor(() => expect(box('lundi 19 octobre', 'Repas AV')).not.toBeChecked());
  expect(await screen.findByText(/Retiré\s: Repas AV/)).toBeInTheDocument();
});

test('a column fills, arrows move, the space bar ticks, and it is undone', async () => {
  const user = await openAt(scenes.open(), grid);
  await title('ALSH des vacances – Vacances de la Toussaint');
  await user.click(screen.getByRole('button', { name: /^Matin\s*: cocher/ }));
  await waitFor(() => expect(screen.getAllByRole('checkbox', { checked: true })).toHaveLength(9));
  await user.click(screen.getByRole('button', { name: 'Annuler' }));
  await waitFor(() => expect(screen.queryAllByRole('checkbox', { checked: true })).toHaveLength(0));
  box('lundi 19 octobre', 'Matin').focus();
  await user.keyboard('{ArrowDown}{ArrowRight}');
  expect(box('mardi 20 octobre', 'Repas AV')).toHaveFocus();
  await user.keyboard(' ');
  expect(box('mardi 20 octobre', 'Repas AV')).toBeChecked();
  // Over the closed day to the next one that can be ticked.
  box('lundi 26 octobre', 'Matin').focus();
  await user.keyboard('{ArrowDown}');
  expect(box('mercredi 28 octobre', 'Matin')).toHaveFocus();
  const stops = screen.getAllByRole('checkbox').filter((one) => (one as HTMLInputElement).tabIndex === 0);
  expect(stops).toEqual([box('mercredi 28 octobre', 'Matin')]);
});

test('days closed, last places and the waiting list are shown with their reason', async () => {
  await openAt(scenes.open(), grid);
  await title('ALSH des vacances – Vacances de la Toussaint');
  expect(screen.getByRole('row', { name: /mardi 27 octobre/ })).toHaveTextContent('Centre fermé : réunion des équipes');
  expect(screen.getByRole('row', { name: /mercredi 21 octobre/ })).toHaveTextContent('3 dernières');
  expect(screen.getByRole('row', { name: /jeudi 22 octobre/ })).toHaveTextContent('complet · liste d’attente');
  expect(screen.getByText(/Pour les sorties, merci de vous inscrire/)).toHaveTextContent('05 36 49 01 12');
  expect(await violations()).toEqual([]);
});

test('both children at once, and what the other home booked', async () => {
  const fake = scenes.open();
  fake.days.otherHome.set('leo 2026-10-20', ['morning']);
  const user = await openAt(fake, grid);
  await title('ALSH des vacances – Vacances de la Toussaint');
  await user.click(screen.getByRole('button', { name: 'Les deux' }));
  expect(box('lundi 19 octobre', 'Matin', 'Inès')).toBeVisible();
  expect(screen.getByRole('img', { name: /Léo, mardi 20 octobre, Matin : Réservé par l’autre foyer/ })).toBeVisible();
  expect(await violations()).toEqual([]);
});

test('before the opening choices are prepared and nothing is sent', async () => {
  const fake = scenes.open();
  fake.days.state = { type: 'before', opensAt: '2026-09-14T06:00:00Z' };
  const user = await openAt(fake, grid);
  await title('ALSH des vacances – Vacances de la Toussaint');
  expect(
    screen.getByText(/Ouverture lundi 14 septembre 2026 à 8\sh\. Préparez vos choix dès maintenant/),
  ).toHaveTextContent('aucune place n’est encore réservée');
  await user.click(box('lundi 19 octobre', 'Matin'));
  await user.click(screen.getByRole('button', { name: 'ALLER À L’ÉTAPE 2' }));
  await title('Réservations, étape 2');
  const validate = await screen.findByRole('button', { name: 'VALIDER' });
  expect(validate).toHaveAttribute('aria-disabled', 'true');
  await user.click(validate);
  expect(fake.days.sent).toHaveLength(0);
});

test('VALIDER pressed twice is sent once, and offline it says so', async () => {
  const fake = scenes.open();
  fake.days.online = false;
  const user = await openAt(fake, grid);
  await title('ALSH des vacances – Vacances de la Toussaint');
  await user.click(box('lundi 19 octobre', 'Matin'));
  await user.click(screen.getByRole('button', { name: 'ALLER À L’ÉTAPE 2' }));
  await title('Réservations, étape 2');
  await user.dblClick(await screen.findByRole('button', { name: 'VALIDER' }));
  await title('Réservation en attente d’envoi');
  expect(fake.days.sent).toHaveLength(1);
  expect(screen.getByText('Gardé sur cet ordinateur, pas encore envoyé. La place n’est pas réservée.')).toBeVisible();
  expect(await violations()).toEqual([]);
});

const refusals: RefusalView[] = [
  { type: 'notYours' },
  { type: 'notOffered' },
  { type: 'closed', reason: 'grève' },
  { type: 'publicHoliday' },
  { type: 'notOpenYet', opensAt: '2026-09-14T06:00:00Z' },
  { type: 'periodClosed' },
  { type: 'tooLate', since: '2026-10-12T22:00:00Z' },
  { type: 'tooLateToReduce', since: '2026-10-12T22:00:00Z' },
  { type: 'residentsOnly' },
  { type: 'noGroup' },
  { type: 'notRegistered' },
  { type: 'units' },
  { type: 'otherHome' },
  { type: 'stale', now: ['morning'] },
  { type: 'stale', now: [] },
  { type: 'repeated' },
  { type: 'full' },
  { type: 'priceChanged', cents: 1286 },
  { type: 'siblingPriceChanged', firstName: 'Inès', cents: 500 },
  { type: 'noPrice' },
  { type: 'unknown' },
];

test('every verdict has a sentence of its own', async () => {
  const fake = scenes.open();
  const verdicts: DayVerdictView[] = [
    { type: 'confirmed', cents: 1286 },
    { type: 'waiting', rank: 3, cents: 1286 },
    { type: 'cancelled' },
    { type: 'absent', cents: 1286 },
    { type: 'kept' },
    ...refusals.map((why): DayVerdictView => ({ type: 'refused', why })),
  ];
  fake.days.wanted.set('leo 2026-10-19', ['morning']);
  fake.days.validate();
  const receipt = fake.days.sent[0];
  if (!receipt?.lines[0]) throw new Error('a receipt');
  const line = receipt.lines[0];
  receipt.lines = verdicts.map((verdict, at) => ({
    ...line,
    day: `2026-${at < 27 ? '11' : '12'}-${String((at % 27) + 1).padStart(2, '0')}`,
    verdict,
  }));
  await openAt(fake, '/recepisses/recu-1');
  await title('Récépissé de réservation');
  const lines = within(screen.getByRole('region', { name: 'Léo' })).getAllByRole('listitem');
  const words = lines.map((one) => one.lastElementChild?.textContent ?? '');
  expect(new Set(words).size).toBe(verdicts.length);
  expect(words[1]).toBe('Complet\u202f: liste d’attente, rang 3. Rien n’est dû tant que la place n’est pas donnée.');
  for (const word of words) expect(word).not.toMatch(/reservations\.|undefined/);
  expect(await violations()).toEqual([]);
});

test('refused days are ticked again at the price of now, and nothing is asked yet', async () => {
  const fake = scenes.open();
  fake.days.verdict = () => ({ type: 'refused', why: { type: 'priceChanged', cents: 708 } });
  fake.days.wanted.set('leo 2026-10-19', ['morning']);
  fake.days.validate();
  const user = await openAt(fake, '/recepisses/recu-1');
  await title('Récépissé de réservation');
  await user.click(screen.getByRole('button', { name: 'Reprendre les jours refusés' }));
  await title('ALSH des vacances – Vacances de la Toussaint');
  expect(box('lundi 19 octobre', 'Matin')).toBeChecked();
  expect(screen.getByRole('row', { name: /lundi 19 octobre/ })).toHaveTextContent(/7,08\s€/);
  expect(fake.days.sent).toHaveLength(1);
});

test('what cannot be asked again is not offered again', async () => {
  const fake = scenes.open();
  fake.days.verdict = () => ({ type: 'refused', why: { type: 'closed', reason: 'Grève' } });
  fake.days.wanted.set('leo 2026-10-19', ['morning']);
  fake.days.validate();
  await openAt(fake, '/recepisses/recu-1');
  await title('Récépissé de réservation');
  expect(screen.getByRole('link', { name: 'Revenir à la grille' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Reprendre les jours refusés' })).toBeNull();
});

test('the agenda is reached by the magnifier, in three shapes that say the same', async () => {
  const user = await openAt(scenes.open(), '/personnes/leo');
  await title('Léo Martel-Daoud');
  await user.click(await screen.findByRole('link', { name: /Consulter l’agenda de Léo\s*: ALSH des vacances/ }));
  await title('Agenda de Léo');
  const states = ['Réservé', 'Liste d’attente', 'En attente d’envoi', 'Refusé', 'Absent', 'Réservé par l’autre foyer'];
  const legend = screen.getByRole('list', { name: 'Légende' });
  for (const state of states) expect(within(legend).getByText(state)).toBeVisible();
  const month = screen.getAllByRole('button', { name: /octobre\s*:/ }).map((one) => one.getAttribute('aria-label'));
  expect(month).toHaveLength(7);
  expect(await violations()).toEqual([]);
  await user.click(screen.getByRole('radio', { name: 'Liste' }));
  expect(within(screen.getByRole('table')).getAllByRole('row')).toHaveLength(8);
  expect(await violations()).toEqual([]);
  await user.click(screen.getByRole('radio', { name: 'Semaine' }));
  expect(
    screen.getByRole('button', { name: /lundi 19 octobre\s*: Réservé, Matin, Repas AV, Après-midi/ }),
  ).toBeVisible();
});

test('the agenda says where a child stands while the town can be asked', async () => {
  const user = await openAt(scenes.open(), '/enfants/leo/agenda/alsh');
  await title('Agenda de Léo');
  await user.click(screen.getByRole('radio', { name: 'Liste' }));
  expect(await within(screen.getByRole('table')).findByText('Liste d’attente, rang 2')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'mercredi 21 octobre' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog).toHaveTextContent('Liste d’attente, rang 2');
  expect(dialog).toHaveTextContent('Demandé');
  expect(dialog).not.toHaveTextContent('Réservé');
});

test('the agenda says that a child waits where the town cannot be asked', async () => {
  const fake = scenes.open();
  fake.days.online = false;
  const user = await openAt(fake, '/enfants/leo/agenda/alsh');
  await title('Agenda de Léo');
  await user.click(screen.getByRole('radio', { name: 'Liste' }));
  const row = screen.getByRole('row', { name: /mercredi 21 octobre/ });
  expect(within(row).getByText('Liste d’attente')).toBeVisible();
});

test('giving a day up late says what stays owed before it is asked', async () => {
  const user = await openAt(scenes.open(), '/enfants/leo/agenda/alsh');
  await title('Agenda de Léo');
  await user.click(screen.getByRole('button', { name: /lundi 19 octobre\s*: Réservé,/ }));
  await user.click(screen.getByRole('button', { name: 'Annuler ce jour' }));
  expect(await screen.findByRole('alertdialog')).toHaveTextContent(
    /Le délai est passé. La journée \(12,86\s€\) reste due, sauf certificat médical\./,
  );
});
