import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title, violations } from '../../../dev/render';
import { change } from '../../../dev/sampleData';
import { scenes } from '../../../dev/scenes';

test('everything of the account is a line with how it stands', async () => {
  const fake = scenes.open();
  fake.details.waiting = [
    change('email', 'claire.martel@exemple.fr', 'claire@nouveau.fr', { type: 'awaitsConfirmation' }),
  ];
  const user = await openAt(fake, '/compte');
  await title('Mon compte');
  for (const line of [
    /Identifiant\s*MARTEL-4821/,
    /Code secret/,
    /Mes ordinateurs/,
    /Co-titulaire\s*Karim Daoud/,
    /Avis de sécurité/,
    /Code PIN et verrouillage\s*Pas de code PIN/,
    /Affichage\s*Français · texte à 100\s% · couleurs de l’ordinateur · espacement normal/,
  ]) {
    expect(await screen.findByRole('link', { name: line })).toBeVisible();
  }
  const email = screen.getByRole('link', { name: /E-mail/ });
  expect(email).toHaveTextContent('claire.martel@exemple.fr');
  expect(email).toHaveTextContent(/un lien a été envoyé à claire@nouveau\.fr/);
  await user.click(screen.getByRole('link', { name: /Affichage/ }));
  await title('Préférences');
  await user.click(screen.getByRole('link', { name: 'Revenir' }));
  await title('Mon compte');
  await user.click(await screen.findByRole('link', { name: /E-mail/ }));
  await title('Modifier mes coordonnées');
});

test('a computer is signed out after a question, this one is not among them', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/compte/ordinateurs');
  await screen.findByText('cet ordinateur');
  const items = screen.getAllByRole('listitem');
  const [here, other] = items.filter((item) => item.textContent?.includes('Préau ('));
  if (!here || !other) throw new Error('two computers');
  expect(within(here).getByText('cet ordinateur')).toBeVisible();
  expect(within(here).queryByRole('button')).not.toBeInTheDocument();
  expect(other).toHaveTextContent(/Utilisé pour la dernière fois il y a 3 jours/);
  await user.click(within(other).getByRole('button', { name: /^Déconnecter\s: Préau \(Windows\)/ }));
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent('Ce qui y est déjà gardé y reste');
  await user.click(within(question).getByRole('button', { name: 'Déconnecter cet ordinateur' }));
  expect(await screen.findByText('Préau (Windows) est déconnecté.')).toBeVisible();
  expect(screen.getByText(/n’est connecté que sur cet ordinateur/)).toBeVisible();
});

test('offline, what only the server knows says so calmly, and comes when it answers', async () => {
  const fake = scenes.accountOffline();
  const user = await openAt(fake, '/compte/ordinateurs');
  expect(await screen.findByText('Cette page demande une connexion')).toBeVisible();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  fake.failures = {};
  await user.click(screen.getByRole('button', { name: 'Réessayer' }));
  expect(await screen.findByText('cet ordinateur')).toBeVisible();
});

test('what was read before the connection went is shown under the word that it may have changed', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/compte/ordinateurs');
  await screen.findByText('cet ordinateur');
  fake.failWith('devices', 'unreachable');
  await user.click(screen.getByRole('link', { name: 'Revenir' }));
  await user.click(await screen.findByRole('link', { name: /Mes ordinateurs/ }));
  expect(await screen.findByText('Cette page demande une connexion')).toBeVisible();
  expect(screen.getByText('cet ordinateur')).toBeVisible();
});

test('a co-holder is invited with the holder’s code, again, and called off', async () => {
  const fake = scenes.alone();
  const user = await openAt(fake, '/compte/co-titulaire');
  const card = within(await screen.findByRole('region', { name: 'Inviter un co-titulaire' }));
  await user.click(card.getByRole('button', { name: 'Envoyer l’invitation' }));
  expect(await card.findByRole('region', { name: '4 champs sont à corriger' })).toBeVisible();
  await user.type(card.getByLabelText('Prénom'), 'Karim');
  await user.type(card.getByLabelText('Nom'), 'Daoud');
  await user.type(card.getByLabelText('Son adresse e-mail'), 'karim.daoud@exemple.fr');
  await user.type(card.getByLabelText('Votre code secret'), 'faux{Enter}');
  expect(await card.findByRole('alert')).toHaveTextContent('Le code actuel ne correspond pas');
  await user.clear(card.getByLabelText('Votre code secret'));
  await user.type(card.getByLabelText('Votre code secret'), 'Tilleul-33290{Enter}');
  const invited = await screen.findByRole('region', { name: 'Invitation pour Karim Daoud' });
  expect(invited).toHaveTextContent(/karim\.daoud@exemple\.fr.*jusqu’au lundi 2 novembre 2026/);
  await user.click(within(invited).getByRole('button', { name: 'Inviter de nouveau' }));
  expect(await screen.findByText(/remplace la précédente/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Annuler l’invitation' }));
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveTextContent('Le lien envoyé ne s’ouvrira plus');
  await user.type(within(question).getByLabelText('Votre code secret'), 'Tilleul-33290{Enter}');
  expect(await screen.findByText('L’invitation est annulée.')).toBeVisible();
  expect(screen.getByRole('region', { name: 'Inviter un co-titulaire' })).toBeVisible();
});

test('an invitation that could not be delivered says so, and what to do', async () => {
  const fake = scenes.invited();
  if (fake.coHolder.type === 'invited') fake.coHolder = { ...fake.coHolder, email: 'karim@typo.fr', undelivered: true };
  const user = await openAt(fake, '/compte/co-titulaire');
  const card = await screen.findByRole('region', { name: 'Invitation pour Karim Daoud' });
  expect(card).toHaveTextContent(/n’a pas pu être remis à karim@typo\.fr.*Vérifiez cette adresse/);
  expect(card).not.toHaveTextContent('Un lien a été envoyé');
  await user.click(within(card).getByRole('button', { name: 'Inviter de nouveau' }));
  expect(await screen.findByText(/remplace la précédente/)).toBeVisible();
  expect(await violations()).toEqual([]);
});

test('removing a co-holder says what it means, and asks the code', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/compte/co-titulaire');
  await user.click(await screen.findByRole('button', { name: 'Retirer le co-titulaire' }));
  const question = await screen.findByRole('alertdialog', { name: /Retirer Karim Daoud/ });
  expect(question).toHaveTextContent('cette personne ne verra plus rien de votre foyer');
  await user.click(within(question).getByRole('button', { name: 'Retirer le co-titulaire' }));
  expect(question).toHaveTextContent('Saisissez votre code secret.');
  expect(fake.coHolder.type).toBe('active');
  await user.type(within(question).getByLabelText('Votre code secret'), 'Tilleul-33290{Enter}');
  await waitFor(() => expect(fake.coHolder.type).toBe('none'));
});

test('a co-holder reads whose home it is, and the server is not asked', async () => {
  const fake = scenes.coHolder();
  await openAt(fake, '/compte/co-titulaire');
  expect(await screen.findByText(/Le titulaire de votre foyer est Claire Martel/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /Inviter|Retirer/ })).not.toBeInTheDocument();
  expect(fake.calls.map(({ command }) => command)).not.toContain('coHolder');
});

test('a town that keeps co-holders to itself is answered with whom to call', async () => {
  await openAt(scenes.open().failWith('coHolder', 'forbidden'), '/compte/co-titulaire');
  expect(await screen.findByText('Dans votre commune, c’est la mairie qui inscrit le co-titulaire')).toBeVisible();
  expect(screen.getByText(/Appelez\s: Pôle enfance jeunesse, 05 56 95 56 12/)).toBeVisible();
  expect(screen.getByText(/Karim Daoud est co-titulaire/)).toBeVisible();
});

test('notices are to do, urgent only where somebody else may be behind it', async () => {
  const fake = scenes.notices();
  const user = await openAt(fake);
  await title('Bonjour Claire');
  const band = within(screen.getByRole('region', { name: 'À faire' }));
  const lines = band.getAllByRole('link');
  expect(lines[0]).toHaveTextContent(/La connexion d’un ordinateur a peut-être été copiée/);
  await user.click(band.getByRole('link', { name: /copiée/ }));
  await title('Avis de sécurité');
  const unread = await screen.findByRole('region', { name: 'À LIRE' });
  expect(unread).toHaveTextContent(
    /Ordinateur concerné\s: Préau \(Windows\).*Changez votre code secret.*05 56 95 56 12/,
  );
  await user.click(within(unread).getByRole('button', { name: /^J’ai lu\s: La connexion d’un ordinateur/ }));
  const read = await screen.findByRole('region', { name: 'DÉJÀ LUS' });
  await waitFor(() => expect(read).toHaveTextContent('La connexion d’un ordinateur'));
  expect(fake.calls.find(({ command }) => command === 'acknowledgeNotice')?.args).toEqual({ id: 'n1' });
});
