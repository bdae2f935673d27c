/** Links that open the application: followed at once only where the directory leads too. */
import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

const opened = async (link: string) => {
  const fake = scenes.fresh();
  fake.invitation = link;
  const user = await openAt(fake);
  const contacted = () => fake.calls.filter(({ command }) => /^connect/.test(command)).map(({ command }) => command);
  return { fake, user, contacted };
};

test('a link to another server than the town’s is refused, and nobody is contacted', async () => {
  const { contacted } = await opened('preau://connect?server=https://evil.example&town=parempuyre');
  expect(await screen.findByRole('alert')).toHaveTextContent('Ce lien ne vient pas de votre mairie');
  expect(contacted()).toEqual([]);
});

test('a town that the directory does not know is asked for by its server’s name first', async () => {
  const link = 'preau://connect?server=https://preau.ailleurs.example&town=ailleurs';
  const { fake, user, contacted } = await opened(link);
  const question = await screen.findByRole('alertdialog', { name: /Ce lien vient-il de votre mairie/ });
  expect(question).toHaveTextContent('preau.ailleurs.example');
  expect(contacted()).toEqual([]);
  await user.click(within(question).getByRole('button', { name: 'Annuler' }));
  expect(contacted()).toEqual([]);

  await user.click(screen.getByRole('button', { name: 'Continuer' }));
  await user.click(
    within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Continuer vers ce serveur' }),
  );
  await title('Se connecter – Parempuyre');
  expect(contacted()).toEqual(['connectInvited']);
  expect(screen.getByText(/Vous vous connectez au serveur preau.ailleurs.example/)).toBeVisible();
  await user.type(screen.getByLabelText('Code secret'), 'Tilleul-33290');
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  await title('Bonjour Claire');
  expect(fake.calls.find(({ command }) => command === 'signIn')?.args.request).toMatchObject({ invitation: link });
});

test('the letter of a listed town leads there as its name does', async () => {
  const { contacted } = await opened('preau://parempuyre');
  await title('Se connecter – Parempuyre');
  expect(contacted()).toEqual(['connectTown']);
  expect(screen.queryByText(/Vous vous connectez au serveur/)).not.toBeInTheDocument();
});
