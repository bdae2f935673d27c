import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

test('deadlines say what, until when, and lead there', async () => {
  const fake = scenes.todo();
  fake.todo = [
    ...fake.todo,
    {
      type: 'bookingOpens',
      periodId: 'hiver',
      periodName: 'Vacances d’hiver 2027',
      days: 1,
      opensAt: '2027-01-04T07:00:00Z',
    },
  ];
  await openAt(fake);
  const band = within(await screen.findByRole('region', { name: 'À faire' }));
  const lines = band.getAllByRole('link').map((link) => ({
    text: link.textContent?.replace(/\s/g, ' '),
    to: link.getAttribute('href'),
  }));
  const leadsTo = (sentence: string) => lines.find(({ text }) => text?.includes(sentence))?.to;
  expect(
    leadsTo('Vacances de Noël 2026 : 3 jours cochés, à valider au plus tard le dimanche 13 décembre 2026 à 23 h 59'),
  ).toBe('#/reservations/noel');
  expect(
    leadsTo(
      'Léo, ALSH des vacances : 2 jours à partir du 21 décembre 2026 peuvent encore être annulés sans frais jusqu’au dimanche 13 décembre 2026 à 23 h 59',
    ),
  ).toBe('#/enfants/leo/agenda/alsh');
  expect(
    leadsTo('Vacances d’hiver 2027 : 1 jour préparé, à envoyer dès l’ouverture, le lundi 4 janvier 2027 à 8 h 00'),
  ).toBe('#/reservations/hiver');
});
