import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../../dev/render';
import { change } from '../../../../dev/sampleData';
import { scenes } from '../../../../dev/scenes';

const claire = () => within(screen.getByRole('region', { name: 'Claire Martel' }));

test('from the tile to VALIDER with the keyboard alone', async () => {
  const fake = scenes.open();
  const user = await openAt(fake);
  await title('Bonjour Claire');
  while (!/^Modifier mes coordonnées/.test(document.activeElement?.textContent ?? '')) await user.tab();
  await user.keyboard('{Enter}');

  expect(await title('Modifier mes coordonnées')).toHaveFocus();
  const phone = await screen.findAllByLabelText(/^Téléphone mobile/);
  while (document.activeElement !== phone[0]) await user.tab();
  await user.keyboard('{Control>}a{/Control}06 00 11 22 33{Enter}');

  expect(await title('Vérifiez vos changements')).toHaveFocus();
  expect(await screen.findByText('Rien n’est encore envoyé. Vérifiez, puis cliquez sur VALIDER.')).toBeVisible();
  const change = (await screen.findByRole('heading', { name: 'Téléphone mobile – Claire Martel' })).closest('li');
  expect(change).toHaveTextContent('Aujourd’hui06 12 34 56 78Nouveau06 00 11 22 33');
  while (document.activeElement?.textContent !== 'VALIDER') await user.tab();
  await user.keyboard('{Enter}');

  await title('Modifier mes coordonnées');
  expect(await screen.findByText('C’est noté.')).toBeVisible();
  expect(await screen.findByText('à envoyer')).toBeVisible();
  expect(fake.calls.filter(({ command }) => command === 'changeDetails')).toHaveLength(1);
});

test('an e-mail that was not confirmed in time says so, and that it can be asked again', async () => {
  const fake = scenes.open();
  fake.details.settled = [change('email', 'claire.martel@exemple.fr', 'claire@typo.fr', { type: 'expired' })];
  await openAt(fake, '/coordonnees');
  const expired = (await screen.findByText('non confirmé à temps')).closest('li');
  expect(expired).toHaveTextContent(/n’a pas été ouvert à temps. Rien n’a changé : refaites la demande/);
});

test('offline, it says that nothing is sent yet', async () => {
  const fake = scenes.open().goOffline();
  const user = await openAt(fake, '/coordonnees');
  expect(await screen.findByText(/^Pas de propositions d’adresses pour l’instant/)).toBeVisible();
  await user.type(await claireField('Téléphone fixe ou professionnel'), '05 56 00 00 00');
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  await user.click(await screen.findByRole('button', { name: 'VALIDER' }));
  expect(await screen.findByText(/^Gardé sur cet ordinateur, pas encore envoyé. La mairie continue/)).toBeVisible();
});

const claireField = async (label: string) => {
  await screen.findByRole('region', { name: 'Claire Martel' });
  return claire().getByLabelText(`${label} (facultatif)`);
};

test('what is typed survives step 2, back, and a walk through other pages', async () => {
  const user = await openAt(scenes.open(), '/coordonnees');
  const email = await claireField('E-mail');
  await user.clear(email);
  await user.type(email, 'claire@nouveau.fr');
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  await title('Vérifiez vos changements');
  await user.click(await screen.findByRole('link', { name: 'Revenir à l’étape 1' }));
  expect(await claireField('E-mail')).toHaveValue('claire@nouveau.fr');
  await user.click(screen.getByRole('link', { name: /Samir Bellil/ }));
  await title('Samir Bellil');
  globalThis.history.back();
  await title('Modifier mes coordonnées');
  expect(await claireField('E-mail')).toHaveValue('claire@nouveau.fr');
});

test('errors are summed up, and each line leads to its field', async () => {
  const user = await openAt(scenes.open(), '/coordonnees');
  const email = await claireField('E-mail');
  await user.clear(email);
  await user.type(email, 'claire');
  await user.clear(screen.getByLabelText('Code postal'));
  await user.type(screen.getByLabelText('Code postal'), '3329');
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  const summary = await screen.findByRole('region', { name: '2 champs sont à corriger' });
  expect(summary).toHaveFocus();
  await user.click(within(summary).getByRole('button', { name: /E-mail – Claire Martel/ }));
  expect(email).toHaveFocus();
  expect(email).toHaveAccessibleDescription(/Ce n’est pas une adresse e-mail/);
  expect(email).not.toHaveAccessibleDescription(/Claire Martel/);
  const lines = within(summary).getAllByRole('button');
  expect(lines.map(({ textContent }) => textContent?.split(/\s:/)[0])).toEqual([
    'Code postal',
    'E-mail – Claire Martel',
  ]);
});

test('a message goes away when its field is mended, and no other comes before the next attempt', async () => {
  const user = await openAt(scenes.open(), '/coordonnees');
  const email = await claireField('E-mail');
  await user.clear(email);
  await user.type(email, 'claire');
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  await screen.findByRole('region', { name: 'Un champ est à corriger' });
  expect(email).toBeInvalid();
  await user.clear(screen.getByLabelText('Code postal'));
  await user.type(email, '@exemple.fr');
  await screen.findByRole('region', { name: /^C’est corrigé/ });
  expect(email).toBeValid();
  expect(screen.getByLabelText('Code postal')).toBeValid();
});

test('« Annuler » forgets what was typed and leaves', async () => {
  const user = await openAt(scenes.open(), '/coordonnees');
  await user.type(await claireField('Téléphone fixe ou professionnel'), '05 56 00 00 00');
  await user.click(screen.getByRole('button', { name: 'Annuler' }));
  await title('Bonjour Claire');
  await user.click(screen.getByRole('link', { name: /^Modifier mes coordonnées/ }));
  expect(await claireField('Téléphone fixe ou professionnel')).toHaveValue('');
});

test('from another adult’s page, the form opens on that adult', async () => {
  const user = await openAt(scenes.open(), '/personnes/karim');
  await user.click(await screen.findByRole('link', { name: 'Modifier les coordonnées du foyer' }));
  await title('Modifier mes coordonnées');
  await waitFor(() => expect(screen.getByRole('heading', { name: 'Karim Daoud' })).toHaveFocus());
});

test('step 2 says of each change whether it is immediate', async () => {
  const user = await openAt(scenes.open(), '/coordonnees');
  const email = await claireField('E-mail');
  await user.clear(email);
  await user.type(email, 'claire@nouveau.fr');
  await user.type(await claireField('Téléphone fixe ou professionnel'), '05 56 00 00 00');
  await user.clear(screen.getByLabelText('Code postal'));
  await user.type(screen.getByLabelText('Code postal'), '33320');
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  await title('Vérifiez vos changements');
  const says = async (name: string | RegExp, words: string) => {
    const change = (await screen.findByRole('heading', { level: 2, name })).closest('li');
    expect(change).toHaveTextContent('Aujourd’hui');
    expect(change).toHaveTextContent('Nouveau');
    expect(change).toHaveTextContent(words);
  };
  await says(/^Téléphone fixe/, 'Pris en compte dès que la mairie le reçoit.');
  await says('Adresse postale', 'La mairie devra valider ce changement.');
  await says(/^E-mail/, 'À confirmer avant d’être utilisé');
  // In the order of the form, whatever was typed first.
  const titles = within(screen.getByRole('main')).getAllByRole('heading', { level: 2 });
  expect(titles.map(({ textContent }) => textContent?.split(' –')[0])).toEqual([
    'Adresse postale',
    'Téléphone fixe ou professionnel',
    'E-mail',
  ]);
});

test('while typing, nothing is said above the address', async () => {
  const user = await openAt(scenes.open().failWith('suggestAddresses', 'offline'), '/coordonnees');
  const street = await screen.findByRole('combobox', { name: 'Numéro et rue' });
  await user.type(street, ' bis');
  const words = await screen.findByText(/^Pas de propositions d’adresses/);
  expect(street.compareDocumentPosition(words)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  expect(screen.getByText(/^Des adresses vous sont proposées/)).toBeVisible();
});

test('a proposed address fills the postcode and the town', async () => {
  const user = await openAt(scenes.open(), '/coordonnees');
  const street = await screen.findByRole('combobox', { name: 'Numéro et rue' });
  await user.clear(street);
  await user.type(street, '12 rue');
  await user.click(await screen.findByRole('option', { name: /12 Rue du Port/ }));
  expect(street).toHaveValue('12 Rue du Port');
  expect(screen.getByLabelText('Commune')).toHaveValue('Parempuyre');
  await waitFor(() => expect(street).toHaveAttribute('aria-expanded', 'false'));
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  await title('Vérifiez vos changements');
});

test('an address can be written freely', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/coordonnees');
  const street = await screen.findByRole('combobox', { name: 'Numéro et rue' });
  await user.clear(street);
  await user.type(street, 'Lieu-dit Le Flamand');
  await user.tab();
  expect(street).toHaveValue('Lieu-dit Le Flamand');
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  expect(await screen.findByText(/Lieu-dit Le Flamand/)).toBeVisible();
});

test('nothing changed is said, not sent', async () => {
  const user = await openAt(scenes.open(), '/coordonnees');
  await user.click(await screen.findByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  expect(await screen.findByText(/^Rien n’est changé/)).toBeVisible();
});

test('a field whose change waits is shown, not edited, and makes no second change', async () => {
  const fake = scenes.attention();
  const user = await openAt(fake, '/coordonnees');
  await screen.findByRole('region', { name: 'Claire Martel' });
  expect(claire().queryByLabelText(/^Téléphone mobile/)).not.toBeInTheDocument();
  expect(screen.getByText('en attente de validation')).toBeVisible();
  expect(screen.getByText('à confirmer')).toBeVisible();
  expect(screen.getByText('accepté')).toBeVisible();
  expect(screen.getByText('refusé')).toBeVisible();
  expect(screen.getByText(/Ce numéro est celui de l’école/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: "ALLER À L'ÉTAPE 2" }));
  expect(await screen.findByText(/^Rien n’est changé/)).toBeVisible();
});

test('step 2 by its address alone goes back to step 1', async () => {
  await openAt(scenes.open(), '/coordonnees/etape-2');
  await waitFor(() => expect(globalThis.location.hash).toBe('#/coordonnees'));
  await title('Modifier mes coordonnées');
});

test('somebody else’s e-mail is read, not changed', async () => {
  await openAt(scenes.open(), '/coordonnees');
  expect(await screen.findAllByRole('textbox', { name: /^E-mail/ })).toHaveLength(1);
  expect(screen.getByText('karim.daoud@exemple.fr')).toBeVisible();
  expect(screen.getByText(/^Seul son propriétaire change cet e-mail/)).toBeVisible();
});
