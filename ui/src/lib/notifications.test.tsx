import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../dev/render';
import { scenes } from '../../dev/scenes';

test('the shell is given the words of notifications at the start and in each language', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/preferences');
  await title('Préférences');
  const words = () =>
    fake.calls.filter(({ command }) => command === 'setNotificationWords').map(({ args }) => args.words);
  expect(words()).toEqual([
    {
      title: 'Préau',
      accepted: 'Vos coordonnées ont été mises à jour par la mairie.',
      refused: 'La mairie n’a pas accepté une modification. Ouvrez Préau pour lire pourquoi.',
      answered: 'La mairie a répondu à vos demandes de modification. Ouvrez Préau pour les lire.',
      daysToSend:
        'Des jours cochés ne sont pas encore envoyés, et le délai se termine bientôt. Ouvrez Préau pour les valider.',
      bookingOpens: 'Des réservations que vous avez préparées ouvrent. Ouvrez Préau pour les envoyer.',
      lastDaysToCancel:
        'Des jours réservés ne pourront bientôt plus être annulés sans frais. Ouvrez Préau pour les revoir.',
    },
  ]);
  await user.click(screen.getByRole('radio', { name: 'English' }));
  await waitFor(() => expect(words()[1]).toMatchObject({ accepted: 'The town hall has updated your details.' }));
});
