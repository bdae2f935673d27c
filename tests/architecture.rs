//! The rules of the house, checked on the repository: which way dependencies point, where SQL may be, who imports
//! whom, what keeps files readable. Each rule carries trees that break it, and fails on every one of them.

#[path = "architecture/interface.rs"]
mod interface;
#[path = "architecture/layers.rs"]
mod layers;
#[path = "architecture/packages.rs"]
mod packages;
#[path = "architecture/security.rs"]
mod security;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/tidy.rs"]
mod tidy;
#[path = "architecture/tree.rs"]
mod tree;

use std::path::absolute;
use tree::{Rule, Tree};

fn rules() -> impl Iterator<Item = &'static Rule> {
    let first = packages::RULES.iter().chain(&layers::RULES).chain(&interface::RULES);
    first.chain(&tidy::RULES).chain(&security::RULES)
}

#[test]
fn the_repository_keeps_every_rule() {
    // Cargo runs tests in the folder of their package; one that was built in another clone reads this one.
    let root = absolute("..").expect("a folder");
    let tree = Tree::read(&root).expect("a readable repository");
    let broken: Vec<String> = rules()
        .flat_map(|rule| (rule.check)(&tree).into_iter().map(move |place| format!("{}\n    {place}", rule.says)))
        .collect();
    assert!(broken.is_empty(), "{} rules broken:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn every_rule_fails_on_each_tree_that_breaks_it() {
    for rule in rules() {
        assert!(!rule.breaks.is_empty(), "« {} » has no tree that breaks it", rule.says);
        for fixture in rule.breaks {
            let paths: Vec<&str> = fixture.iter().map(|(path, _)| *path).collect();
            assert!(!(rule.check)(&Tree::of(fixture)).is_empty(), "« {} » does not see {paths:?}", rule.says);
        }
    }
}

#[test]
fn every_rule_accepts_the_tree_that_keeps_it() {
    for rule in rules() {
        let broken = (rule.check)(&Tree::of(rule.keeps));
        assert!(broken.is_empty(), "« {} » is too strict: {broken:?}", rule.says);
    }
}
