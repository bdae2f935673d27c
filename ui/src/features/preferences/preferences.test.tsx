import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

test('each choice shows at once', async () => {
  const fake = scenes.open();
  const user = await openAt(fake, '/preferences');
  await title('Préférences');
  const page = document.documentElement;
  await user.click(screen.getByRole('radio', { name: /^200/ }));
  expect(page.style.fontSize).toBe('200%');
  expect(screen.getByRole('radio', { name: /^200/ })).toHaveFocus();
  await user.click(screen.getByRole('radio', { name: 'Sombres' }));
  expect(page).toHaveAttribute('data-theme', 'dark');
  await user.click(screen.getByRole('radio', { name: 'Large' }));
  expect(page).toHaveAttribute('data-spacing', 'wide');
  await user.click(screen.getByRole('radio', { name: /Atkinson/ }));
  expect(page).toHaveAttribute('data-typeface', 'hyperlegible');
  await user.click(screen.getByRole('radio', { name: 'English' }));
  await title('Preferences');
  expect(page).toHaveAttribute('lang', 'en');
  expect(fake.preferences).toEqual({
    language: 'en',
    theme: 'dark',
    textSize: 200,
    spacing: true,
    typeface: 'hyperlegible',
  });
});

test('they are at hand before anybody is signed in', async () => {
  const user = await openAt(scenes.fresh());
  await title('Se connecter à l’espace famille');
  await user.click(screen.getByRole('link', { name: 'Préférences' }));
  await title('Préférences');
});
