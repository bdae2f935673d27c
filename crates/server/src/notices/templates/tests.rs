use super::*;

fn rendered(templates: &Templates, content: &Content) -> Words {
    templates.mail(content, &sample_town(), Some(&sample_link())).unwrap()
}

#[test]
fn every_message_has_both_forms_and_the_help_line() {
    let templates = Templates::embedded().unwrap();
    for content in Content::samples() {
        let Words { subject, text, html } = rendered(&templates, &content);
        assert!(!subject.is_empty() && !subject.contains('\n'), "{content:?}");
        for form in [&text, &html] {
            assert!(form.contains("05 56 00 00 00") && form.contains("Pôle enfance jeunesse"), "{content:?}\n{form}");
            assert!(form.contains("Bonjour"), "{content:?}\n{form}");
            assert!(!form.contains("code personnel") && !subject.contains("code personnel"), "one word for it\n{form}");
        }
        assert!(html.contains("<html lang=\"fr\">") && html.matches("<h1").count() == 1, "{content:?}\n{html}");
        let carries = matches!(
            content,
            Content::LostCode { .. } | Content::EmailConfirmation { .. } | Content::CoHolderInvitation { .. }
        );
        assert_eq!(text.contains("/lien/exemple"), carries, "{content:?}\n{text}");
        assert_eq!(html.contains("href=\"https:&#x2f;&#x2f;preau") || html.contains("href=\"https://preau"), carries);
    }
}

#[test]
fn every_event_has_its_own_sentence() {
    let templates = Templates::embedded().unwrap();
    let texts: std::collections::BTreeSet<String> =
        Content::samples().iter().map(|content| rendered(&templates, content).text).collect();
    assert_eq!(texts.len(), Content::samples().len());
    let sms = |content: &Content| templates.sms(content, &sample_town()).unwrap().text;
    let of_days = |content: &&Content| matches!(content, Content::DayClosed { .. } | Content::RegistrationEnded { .. });
    for content in Content::samples().iter().filter(of_days) {
        assert!(
            sms(content).contains("ALSH des vacances") && sms(content).ends_with("05 56 00 00 00"),
            "{}",
            sms(content)
        );
    }
    for content in Content::samples().iter().filter(|content| matches!(content, Content::Security { .. })) {
        assert!(sms(content).ends_with("Appelez le 05 56 00 00 00."), "{}", sms(content));
    }
}

#[test]
fn what_people_typed_is_text_in_html_and_one_line_in_a_subject() {
    let templates = Templates::embedded().unwrap();
    let what = preau_protocol::accounts::SecurityEventDto::SessionReused { device: "<script>{{ link }}".into() };
    let words = rendered(&templates, &Content::Security { first_name: "Cl<b>aire".into(), what });
    assert!(!words.html.contains("<script>") && !words.html.contains("<b>"), "{}", words.html);
    assert!(words.text.contains("<script>{{ link }}"), "{}", words.text);
    let holder = "Claire\nBcc: x@exemple.fr".to_owned();
    let words = rendered(&templates, &Content::CoHolderInvitation { first_name: "K".into(), holder });
    assert!(!words.subject.contains('\n'));
}

#[test]
fn a_town_replaces_a_template_and_a_faulty_one_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write("lost_code.txt", "Objet : Votre code, {{ first_name }}\n\nOuvrez {{ link }}\n".as_bytes());
    write("security.txt", b"Objet : x\n\n\n{% if what %}\nunfinished");
    write("co_holder_removed.txt", b"Objet : x\n\n{{ first_nam }}");
    write("email_confirmation.txt", b"{{ link }}\n");
    write("bienvenue.txt", b"Objet : x\n");
    write("mail.html", &[0xff, 0xfe]);
    let (templates, faults) = Templates::read(folder.path()).unwrap();
    let told: Vec<(&str, Option<usize>)> = faults.iter().map(|f| (f.file.as_str(), f.line)).collect();
    let expected = [
        ("bienvenue.txt", None),
        ("co_holder_removed.txt", Some(3)),
        ("email_confirmation.txt", Some(1)),
        ("mail.html", None),
        ("security.txt", Some(4)),
    ];
    assert_eq!(told, expected, "{faults:#?}");
    let ours = Templates::embedded().unwrap();
    for content in Content::samples() {
        let (theirs, ours) = (rendered(&templates, &content), rendered(&ours, &content));
        assert_eq!(theirs.subject == "Votre code, Claire", matches!(content, Content::LostCode { .. }));
        assert_eq!(theirs.text == ours.text, !matches!(content, Content::LostCode { .. }));
    }
}

#[test]
fn a_template_that_stumbles_later_gives_way_to_ours() {
    let folder = tempfile::tempdir().unwrap();
    let source = "Objet : Code\n\n{% if first_name == 'Paul' %}{{ nothing.at_all }}{% endif %}{{ link }}\n";
    std::fs::write(folder.path().join("lost_code.txt"), source).unwrap();
    let (templates, faults) = Templates::read(folder.path()).unwrap();
    assert_eq!(faults, []);
    let subject = |name: &str| rendered(&templates, &Content::LostCode { first_name: name.into() }).subject;
    assert_eq!((subject("Claire").as_str(), subject("Paul").as_str()), ("Code", "Choisir un nouveau code secret"));
}
