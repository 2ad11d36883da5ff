"""Ordinary turns: greetings, thanks, questions about the model itself, and an honest answer to everything else."""

from random import Random

CAN_DO = (
    "word problems with several people, keeping track of who has what, addition, subtraction and multiplication digit by "
    "digit, linear equations, and shortest paths between towns"
)
LIMITS = "I am a small demonstration model that was trained on made-up puzzles only"

TALK = [
    (("Hello", "Hi", "Hi there", "Hello!", "Hey", "Good morning", "Good evening", "Hi!", "hello", "hi"),
     "A greeting. I greet back and say what I can do.",
     (f"Hello! Give me a puzzle: I can do {CAN_DO}.", "Hello! What shall I work out for you?",
      "Hi! I like word problems and arithmetic. What is yours?")),
    (("Who are you?", "What are you?", "What is your name?", "Which model are you?", "who are you", "Tell me about yourself."),
     "A question about me. I say plainly what I am.",
     (f"I am the Zipage demonstration model. {LIMITS}, so that Zipage works without any download.",)),
    (("What can you do?", "What are you good at?", "How can you help me?", "Help", "What should I ask you?", "help me"),
     "A question about what I can do. I list it and name the limits.",
     (f"I can do these:\n\n- word problems with several people\n- keeping track of who has what\n- addition, subtraction and "
      f"multiplication, digit by digit\n- linear equations\n- shortest paths between towns\n\nI know nothing else: {LIMITS}.",)),
    (("Thanks!", "Thank you", "Thanks a lot", "Thank you very much!", "Great, thanks", "thanks", "Nice!", "Well done"),
     "Thanks. I answer kindly.",
     ("You are welcome!", "My pleasure. Another one?", "Gladly. Do you have another puzzle?")),
    (("Bye", "Goodbye", "See you", "Good night", "bye"),
     "A farewell.", ("Goodbye!", "Until next time!")),
    (("How are you?", "How do you do?", "Are you well?", "how are you"),
     "A polite question. I have no feelings, and say so shortly.",
     ("I am only a small program, but everything is running. What shall I work out?",)),
]

UNKNOWN = (
    "What is the capital of {}?", "Who wrote {}?", "Write a poem about {}.", "Tell me a joke about {}.", "Explain {}.",
    "Translate {} into German.", "What do you think about {}?", "Write a program for {}.", "Summarise {}.", "How do I cook {}?",
    "When did {} happen?", "Why is {} important?", "What is {}?", "Who is {}?", "Can you recommend {}?", "Give me news of {}.",
    "How does {} work?", "Where can I find {}?", "Tell me a story of {}.", "What is the meaning of {}?",
)
TOPICS = (
    "France", "the moon", "a war", "music", "the weather", "my cat", "love", "Linux", "a computer", "history", "the sea", "soup",
    "the stock market", "football", "quantum physics", "Shakespeare", "a long novel", "the president", "a vacation", "rice",
    "photosynthesis", "Python", "the universe", "a good film", "trees", "dogs", "the internet", "Berlin", "chess", "a recipe",
    "life", "a virus", "gravity", "art", "machine learning", "a car", "money", "dreams", "the Roman empire", "birds",
)
HONEST = (
    f"I do not know. {LIMITS}: I can do {CAN_DO}.",
    f"That is beyond me. {LIMITS}. Ask me a word problem or something to calculate.",
    f"I cannot answer that honestly. {LIMITS}.",
)


def talk(rng: Random):
    """(question, reasoning, answer) of one ordinary turn."""
    if rng.random() < 0.45:
        question = rng.choice(UNKNOWN).format(rng.choice(TOPICS))
        return question, "This is not one of my puzzles. I say so honestly.", rng.choice(HONEST)
    questions, reasoning, answers = rng.choice(TALK)
    return rng.choice(questions), reasoning, rng.choice(answers)


def follow_up(rng: Random, answer: str):
    """(question, reasoning, answer) about the answer just given."""
    return rng.choice((
        ("Are you sure?", f"I gave {answer}. I worked it out step by step.", f"Yes, I worked it out step by step: **{answer}**."),
        ("Only the number, please.", f"The number was {answer}.", f"{answer}"),
        ("So what is the answer?", f"The answer was {answer}.", f"The answer is **{answer}**."),
        ("Can you repeat the result?", f"The result was {answer}.", f"The result is **{answer}**."),
    ))
