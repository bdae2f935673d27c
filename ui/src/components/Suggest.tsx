import { CircleAlert } from 'lucide-react';
import { useContext, useEffect } from 'react';
import {
  ComboBox,
  ComboBoxStateContext,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from 'react-aria-components';
import field from './Field.module.css';
import styles from './Suggest.module.css';

export interface Suggestion {
  id: string;
  /** What the list shows first, and what a screen reader says. */
  text: string;
  detail?: string | undefined;
}

interface SuggestProps {
  id: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: string;
  suggestions: readonly Suggestion[];
  /** Said under the field while nothing is wrong with it. There is always room for it, so that nothing moves. */
  status?: string | undefined;
  /** Enter takes the only suggestion left, without an arrow first. */
  takeOnly?: boolean;
  autoComplete?: string;
  onChange: (text: string) => void;
  onPick: (id: string) => void;
}

/**
 * A text field that proposes: arrows choose, Enter takes, Escape leaves what was typed. What is typed always stays; the
 * caller says whether it will do.
 */
export function Suggest(props: SuggestProps) {
  const {
    id,
    label,
    hint,
    error,
    value,
    suggestions,
    status,
    takeOnly,
    autoComplete = 'off',
    onChange,
    onPick,
  } = props;
  const [only, ...more] = suggestions;
  return (
    <ComboBox
      id={id}
      className={field.field ?? ''}
      items={suggestions}
      inputValue={value}
      onInputChange={onChange}
      onSelectionChange={(key) => key !== null && onPick(String(key))}
      allowsCustomValue
      isInvalid={Boolean(error)}
      menuTrigger="input"
    >
      <Label className={field.label ?? ''}>{label}</Label>
      {hint && (
        <Text slot="description" className={field.hint ?? ''}>
          {hint}
        </Text>
      )}
      <span className={field.control} data-invalid={Boolean(error)}>
        <Input
          id={id}
          className={field.input ?? ''}
          autoComplete={autoComplete}
          onKeyDown={({ key, currentTarget: input }) => {
            // Closed, Enter submits the form; with an option in focus, the list takes that one itself.
            const open = input.getAttribute('aria-expanded') === 'true' && !input.hasAttribute('aria-activedescendant');
            if (takeOnly && key === 'Enter' && open && only && more.length === 0) onPick(only.id);
          }}
        />
      </span>
      <div className={styles.below}>
        {error && (
          <Text slot="errorMessage" className={field.error ?? ''}>
            <CircleAlert size="1rem" aria-hidden="true" />
            {error}
          </Text>
        )}
        <p className={field.hint} role="status">
          {!error && status}
        </p>
      </div>
      <Opening ready={only !== undefined} />
      <Popover className={styles.popover ?? ''} offset={4}>
        <ListBox<Suggestion> className={styles.list ?? ''}>
          {(item) => (
            <ListBoxItem id={item.id} className={styles.option ?? ''} textValue={item.text}>
              <Text slot="label">{item.text}</Text>
              {item.detail && (
                <Text slot="description" className={styles.detail ?? ''}>
                  {item.detail}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

/**
 * The list opens by itself at a key; suggestions that come after the last key open it too. The library closes it when
 * what is around it scrolls, and a page that was long before still scrolls back while the first keys are typed: then the
 * list would be gone for good. It moves along with the document, so it stays.
 */
function Opening({ ready }: { ready: boolean }) {
  const state = useContext(ComboBoxStateContext);
  useEffect(() => {
    const stay = (event: Event): void => {
      if (event.target === document) event.stopImmediatePropagation();
    };
    // Before the list's own listener, which is added when it opens.
    globalThis.addEventListener('scroll', stay, { capture: true });
    return () => globalThis.removeEventListener('scroll', stay, { capture: true });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when there is something to show.
  useEffect(() => {
    if (ready && state?.isFocused) state.open(null, 'input');
  }, [ready]);
  return null;
}
