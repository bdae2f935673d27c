import { emit } from '@tauri-apps/api/event';
import { act, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { FakeBackend } from '../../../dev/fakeBackend';
import { openAt, title, violations } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

const signals = (fake: FakeBackend) =>
  fake.calls.filter(({ command }) => command === 'kioskSignal').map(({ args }) => args.signal);

const called = (fake: FakeBackend, name: string) => fake.calls.filter(({ command }) => command === name);

test('a kiosk begins at its commune: nothing to choose, nothing to keep', async () => {
  const fake = scenes.kiosk();
  const user = await openAt(fake);
  await title(/Parempuyre/);
  await screen.findByText(/^Rien ne reste sur cette borne/);
  expect(screen.queryByRole('radio')).not.toBeInTheDocument();
  expect(screen.queryByText('Changer de commune')).not.toBeInTheDocument();
  expect(await violations()).toEqual([]);
  await user.type(screen.getByLabelText('Identifiant'), 'martel01');
  await user.type(screen.getByLabelText('Code secret'), 'Tilleul-33290');
  await user.click(screen.getByRole('button', { name: 'Se connecter' }));
  await title('Bonjour Claire');
  expect(called(fake, 'signIn')[0]?.args).toMatchObject({ request: { keep: { type: 'memoryOnly' } } });
});

test('an agent who tries to sign in at a kiosk reads that it is for families', async () => {
  for (const [language, words] of [
    ['fr', /réservée aux familles.*touchez «\sAgents\s» en bas/],
    ['en', /for families only.*touch “Staff” at the bottom/],
  ] as const) {
    // An agent's code without the second factor is answered as a wrong one is.
    const fake = scenes.kiosk().failWith('signIn', 'signInRefused');
    fake.preferences.language = language;
    const user = await openAt(fake);
    const [identifiant, code] = await Promise.all([
      screen.findByLabelText(language === 'fr' ? 'Identifiant' : 'Identifier'),
      screen.findByLabelText(language === 'fr' ? 'Code secret' : 'Secret code'),
    ]);
    await user.type(identifiant, 'agent.guichet');
    expect(screen.queryByText(words)).not.toBeInTheDocument();
    await user.type(code, 'Guichet-2026{Enter}');
    expect(await screen.findByText(words)).toBeVisible();
    document.body.replaceChildren();
  }
});

test('without its town a kiosk says so and tries again', async () => {
  const fake = scenes.kiosk().failWith('connectTown', 'unreachable');
  const user = await openAt(fake);
  await title('Bienvenue à la borne de Parempuyre');
  expect(await screen.findByRole('alert')).toHaveTextContent('rien n’est gardé ici');
  expect(screen.getByRole('contentinfo')).toHaveTextContent('05 56 95 56 12');
  expect(screen.getByRole('button', { name: 'Terminer' })).toBeVisible();
  expect(await violations()).toEqual([]);
  fake.failures = {};
  await user.click(screen.getByRole('button', { name: 'Réessayer' }));
  await screen.findByLabelText('Identifiant');
});

test('signs of life and of people reach the supervisor', async () => {
  const fake = scenes.kioskOpen();
  const user = await openAt(fake);
  await title('Bonjour Claire');
  expect(signals(fake)).toContain('alive');
  expect(signals(fake)).not.toContain('touched');
  await user.keyboard('{Tab}');
  await user.keyboard('{Tab}');
  expect(signals(fake).filter((signal) => signal === 'touched')).toHaveLength(1);
});

test('an ordinary window says nothing and offers nothing of a kiosk', async () => {
  const fake = scenes.open();
  const user = await openAt(fake);
  await title('Bonjour Claire');
  await user.keyboard('{Tab}');
  expect(signals(fake)).toEqual([]);
  expect(screen.queryByRole('button', { name: 'Terminer' })).not.toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Agents' })).not.toBeInTheDocument();
});

test('« Terminer » is always there, ends at once and says goodbye', async () => {
  const fake = scenes.kioskOpen();
  const user = await openAt(fake, '/coordonnees');
  await title('Modifier mes coordonnées');
  await user.click(screen.getByRole('button', { name: 'Terminer' }));
  expect(await screen.findByText('À bientôt')).toBeVisible();
  expect(called(fake, 'endKioskSession')).toHaveLength(1);
});

test('what was sent and not answered is told before the end', async () => {
  const fake = scenes.kioskUnanswered();
  const user = await openAt(fake);
  await title('Bonjour Claire');
  await screen.findByText(/Hors ligne/);
  await user.click(screen.getByRole('button', { name: 'Terminer' }));
  const question = await screen.findByRole('alertdialog', { name: 'Terminer maintenant\u202f?' });
  expect(question).toHaveTextContent('elle est peut-être arrivée');
  expect(called(fake, 'endKioskSession')).toHaveLength(0);
  await user.click(within(question).getByRole('button', { name: 'Terminer et tout effacer' }));
  await waitFor(() => expect(called(fake, 'endKioskSession')).toHaveLength(1));
});

test('the countdown counts, and only « Continuer » stops it', async () => {
  const fake = scenes.kioskOpen();
  const user = await openAt(fake);
  await title('Bonjour Claire');
  await emit('kiosk-countdown', { seconds: 30 });
  const question = await screen.findByRole('alertdialog', { name: 'Êtes-vous toujours là\u202f?' });
  expect(question).toHaveTextContent('Encore 30 secondes');
  await waitFor(() => expect(question).toHaveTextContent('Encore 29 secondes'), { timeout: 3000 });
  const goOn = within(question).getByRole('button', { name: 'Continuer' });
  expect(goOn).toHaveFocus();
  expect(await violations()).toEqual([]);
  await user.keyboard('{Escape}');
  expect(screen.getByRole('alertdialog')).toBeInTheDocument();
  await user.click(goOn);
  expect(signals(fake)).toContain('continue');
  await emit('kiosk-countdown', { seconds: null });
  await waitFor(() => expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument());
});

test('the countdown is read out: at its beginning, then now and then, and not every second', async () => {
  await openAt(scenes.kioskOpen());
  await title('Bonjour Claire');
  await emit('kiosk-countdown', { seconds: 30 });
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveAccessibleDescription(/Encore 30 secondes.*Personne n’a touché cette borne/);
  const read = () => question.querySelector('[aria-live="assertive"]')?.textContent;
  const heard = [read()];
  for (let seconds = 29; seconds >= 0; seconds -= 1) {
    await act(() => emit('kiosk-countdown', { seconds }));
    if (read() !== heard.at(-1)) heard.push(read());
  }
  expect(heard).toEqual(['', 'Encore 20 secondes', 'Encore 10 secondes', 'Encore 5 secondes', 'Effacement en cours…']);
  expect(question).toHaveAccessibleDescription(/Encore 30 secondes/);
  expect(within(question).getByRole('timer')).not.toHaveAttribute('aria-live');
});

test('a countdown told late says only what is true', async () => {
  await openAt(scenes.kioskOpen());
  await title('Bonjour Claire');
  await emit('kiosk-countdown', { seconds: 18 });
  const question = await screen.findByRole('alertdialog');
  expect(question).toHaveAccessibleDescription(/Encore 18 secondes/);
  expect(question.querySelector('[aria-live="assertive"]')).toBeEmptyDOMElement();
});

test('a wrong exit code is said so, too many make one wait', async () => {
  const fake = scenes.kiosk();
  const user = await openAt(fake);
  await user.click(await screen.findByRole('button', { name: 'Agents' }));
  const dialog = await screen.findByRole('dialog', { name: 'Quitter le mode borne' });
  await user.click(within(dialog).getByRole('button', { name: 'Quitter' }));
  expect(await within(dialog).findByText('Saisissez le code de sortie.')).toBeVisible();
  expect(within(dialog).getByLabelText('Code de sortie')).toHaveFocus();
  await user.type(within(dialog).getByLabelText('Code de sortie'), 'autre-code');
  await user.click(within(dialog).getByRole('button', { name: 'Quitter' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('n’est pas le bon');
  expect(within(dialog).getByLabelText('Code de sortie')).toHaveValue('');
  fake.failWith('leaveKiosk', 'tooManyAttempts', { retryAfter: 60 });
  await user.type(within(dialog).getByLabelText('Code de sortie'), 'autre-code');
  await user.click(within(dialog).getByRole('radio', { name: /Pour toujours/ }));
  await user.click(within(dialog).getByRole('button', { name: 'Quitter' }));
  await waitFor(() => expect(within(dialog).getByRole('alert')).toHaveTextContent('Réessayez dans une minute.'));
  expect(called(fake, 'leaveKiosk').map(({ args }) => args)).toEqual([
    { how: 'thisTime', code: 'autre-code' },
    { how: 'forGood', code: 'autre-code' },
  ]);
});

test('a kiosk out of order says why, to people and to the agent', async () => {
  await openAt(scenes.kioskOutOfOrder());
  await title('Cette borne est hors service');
  expect(screen.getByRole('main')).toHaveTextContent('(tmpfs) est plein');
  expect(screen.getByRole('contentinfo')).toHaveTextContent('05 56 95 56 12');
  expect(screen.getByRole('button', { name: 'Agents' })).toBeVisible();
  expect(await violations()).toEqual([]);
});

test('whoever’s session was cut short is told what has become of it', async () => {
  await openAt(scenes.kioskCutShort());
  await title('Votre session a été arrêtée');
  expect(screen.getByRole('main')).toHaveTextContent('Ce que la mairie vous a confirmé est bien enregistré');
  expect(screen.getByRole('main')).toHaveTextContent('(tmpfs) s’est rempli pendant une session');
  expect(await violations()).toEqual([]);
});

test('a kiosk without settings asks for no code and promises no number', async () => {
  await openAt(scenes.kioskWithoutSettings());
  await title('Cette borne est hors service');
  expect(screen.getByRole('main')).toHaveTextContent('Supprimez ce fichier');
  expect(screen.getByRole('contentinfo')).toHaveTextContent('Adressez-vous à l’accueil.');
  expect(screen.queryByRole('button', { name: 'Agents' })).not.toBeInTheDocument();
});

test('an agent makes a kiosk: every field is asked, then it starts', async () => {
  const fake = scenes.fresh();
  const user = await openAt(fake, '/preferences');
  await user.click(await screen.findByRole('link', { name: /Faire de cet ordinateur une borne/ }));
  await title('Faire de cet ordinateur une borne');
  await user.click(screen.getByRole('button', { name: 'Mettre en service' }));
  expect(await screen.findByText('5 champs sont à corriger')).toBeVisible();
  expect(await violations()).toEqual([]);
  await user.type(screen.getByLabelText('Votre commune'), 'parempuyre');
  await user.type(screen.getByLabelText('Identifiant d’agent'), 'agent.guichet');
  await user.type(screen.getByLabelText('Code secret d’agent'), 'Guichet-2026');
  await user.type(screen.getByLabelText('Code à usage unique'), '492817');
  await user.type(screen.getByLabelText('Code de sortie'), 'Sortie-33290');
  await user.type(screen.getByLabelText('Code de sortie, une seconde fois'), 'Sortie-33290');
  fake.failWith('findTowns', 'internal');
  await user.click(screen.getByRole('button', { name: 'Mettre en service' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('L’application a rencontré une erreur');
  expect(called(fake, 'startKiosk')).toEqual([]);
  fake.failures = {};
  await user.click(screen.getByRole('button', { name: 'Mettre en service' }));
  await screen.findByText('Cet ordinateur est une borne.');
  expect(called(fake, 'startKiosk')[0]?.args).toEqual({
    request: {
      slug: 'parempuyre',
      identifiant: 'agent.guichet',
      code: 'Guichet-2026',
      secondFactor: '492817',
      exitCode: 'Sortie-33290',
    },
  });
  await user.click(screen.getByRole('button', { name: 'Démarrer la borne' }));
  await waitFor(() => expect(called(fake, 'restart')).toHaveLength(1));
});
