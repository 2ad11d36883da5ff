"""Ordinary turns: greetings, thanks, questions about the model, follow-ups, and an honest reply to everything else."""

from random import Random

from families.columns import add_lines, subtract_lines
from families.names import made_up, pick_names
from families.problem import boxed

LIST = (
    "- word problems about how many things people have\n- keeping track of what changes hands\n"
    "- adding, subtracting, multiplying and dividing, digit by digit\n- linear equations\n"
    "- reaching a target from given numbers\n- knights and knaves\n- shortest ways between towns"
)
SHORT_LIST = "word problems, arithmetic, linear equations, knights and knaves, and shortest ways on a map"
WHAT = "a small demonstration model, trained only on made-up puzzles"

# (questions, thoughts, answers)
SMALL_TALK = (
    (("Hello", "Hi", "Hi there", "Hello!", "Hey", "Good morning", "Good evening", "Hi!", "hello", "hi", "hey there", "Hello there!",
      "Good afternoon", "Yo", "Greetings", "hallo", "Hello, how are you?", "Hi, nice to meet you"),
     ("A greeting. I greet back and say what I can do.", "The user says hello. I answer kindly.", "Just a greeting, no problem to solve."),
     (f"Hello! I am {WHAT}. I can do {SHORT_LIST}.", "Hello! What shall I work out for you?",
      f"Hi! Give me a puzzle to solve. I can do these:\n\n{LIST}")),
    (("Who are you?", "What are you?", "What is your name?", "Which model are you?", "who are you", "Tell me about yourself.",
      "Who made you?", "Are you a person?", "Are you ChatGPT?", "are you an AI?", "Introduce yourself.", "What model is this?",
      "what's your name", "How big are you?", "Where do you come from?"),
     ("A question about me. I say plainly what I am.", "The user asks what I am. I am a small demonstration model."),
     (f"I am the Zipage demonstration model: {WHAT}, so that Zipage works without any download. I can do {SHORT_LIST}.",
      f"I am {WHAT}. I come with Zipage and need no download.")),
    (("What can you do?", "What are you good at?", "How can you help me?", "Help", "What should I ask you?", "help me", "help",
      "what can you do", "What kind of problems can you solve?", "Can you help me?", "Give me an example.", "What do you know?"),
     ("A question about what I can do. I list it and name the limits.", "I say what I can do and what I cannot."),
     (f"I can do these:\n\n{LIST}\n\nI know nothing else: I am {WHAT}.",)),
    (("Thanks!", "Thank you", "Thanks a lot", "Thank you very much!", "Great, thanks", "thanks", "Nice!", "Well done", "Good job!",
      "Perfect", "cool", "thx", "Great!", "Wonderful, thank you.", "ok thanks", "ok"),
     ("Thanks. I answer kindly.", "The user is content."),
     ("You are welcome!", "My pleasure. Another one?", "Gladly. Do you have another puzzle?")),
    (("Bye", "Goodbye", "See you", "Good night", "bye", "See you later!", "That is all for today."),
     ("A farewell.", "The user leaves. I say goodbye."), ("Goodbye!", "Until next time!")),
    (("How are you?", "How do you do?", "Are you well?", "how are you", "How is it going?", "What's up?", "How do you feel?"),
     ("A polite question. I have no feelings, and say so shortly.",),
     ("I am only a small program, but everything is running. What shall I work out?",)),
)

QUESTIONS = (
    "What is the capital of {}?", "Who wrote {}?", "Write a poem about {}.", "Tell me a joke about {}.", "Explain {}.",
    "Translate {} into German.", "What do you think about {}?", "Write a program for {}.", "Summarise {}.", "How do I cook {}?",
    "When did {} happen?", "Why is {} important?", "What is {}?", "Who is {}?", "Can you recommend {}?", "Give me news of {}.",
    "How does {} work?", "Where can I find {}?", "Tell me a story of {}.", "What is the meaning of {}?", "Write an essay on {}.",
    "how to make {}", "what is {}", "Who invented {}?", "Is {} good for me?", "Write code that prints {}.", "What is the best {}?",
    "Tell me about {}.", "Do you like {}?", "I need help with {}.", "Why is {} so {}?", "What is the difference between {} and {}?",
    "Write a letter to {} about {}.", "Can {} be {}?", "How old is {}?", "How many people live in {}?", "What colour is {}?",
    "Prove that {} is {}.", "Describe {} in one sentence.", "Should I buy {} or {}?", "{}", "{} {}", "{} {} {}", "{}?",
)
NUMBER_QUESTIONS = (
    "A train travels {} km in {} hours. How fast is it?", "What is {} mod {}?", "Is {} prime?", "Is {} a prime number?",
    "What is the square root of {}?", "What is {} percent of {}?", "Convert {} km to miles.", "What is sin({})?", "What is {}!?",
    "How many seconds are {} minutes?", "What happened in {}?", "Name {} countries.", "Write {} words about {}.", "What is log({})?",
    "What is {} to the power of {}?", "What is 1/{} as a decimal?", "Sort {}, {} and {}.", "What is the largest of {}, {} and {}?",
    "A shirt costs {} dollars and is {} percent off. What does it cost?", "What is {} in binary?", "Integrate x^{}.",
    "What is x^2 if x = {}?", "Solve x^2 = {}.", "What is {}^2?", "How many r are in strawberry?", "Count from {} to {}.",
    "What is the area of a circle with radius {}?", "Give me a random number below {}.", "What time is it?", "What day is it?",
    "A car needs {} litres for {} km. How many for {} km?", "{} men build a wall in {} days. How long do {} men need?",
)
FOREIGN = (
    "Wie geht es dir?", "Was ist die Hauptstadt von Frankreich?", "Erkl\u00e4re mir bitte die Relativit\u00e4tstheorie.", "Wer bist du?",
    "Schreibe ein Gedicht \u00fcber den Herbst.", "Comment \u00e7a va ?", "Quelle est la capitale de l'Italie ?", "\u00bfC\u00f3mo est\u00e1s?",
    "\u00bfCu\u00e1l es la capital de Espa\u00f1a?", "Dove si trova la stazione?", "\u4f60\u597d", "\u4f60\u662f\u8c01\uff1f", "\u3053\u3093\u306b\u3061\u306f",
    "\u041f\u0440\u0438\u0432\u0435\u0442", "Wie viel ist zwei plus zwei?", "Kannst du Deutsch?", "Parlez-vous fran\u00e7ais ?", "Ol\u00e1, tudo bem?",
)
WORDS = (
    "France the moon a war music the weather my cat love Linux a computer history the sea soup the market football physics "
    "Shakespeare a novel the president a holiday rice photosynthesis Python the universe a film trees dogs the internet Berlin "
    "chess a recipe life a virus gravity art machine learning a car money dreams Rome birds water fire stone wood house street "
    "school teacher doctor engine plane train bridge river mountain snow winter summer morning night yesterday tomorrow friend "
    "family child mother father brother language English Chinese word sentence letter book page paper story song dance picture "
    "camera phone screen keyboard mouse network server data file memory disk energy power light sound colour green white heavy "
    "quick slow old young happy sad angry tired hungry bread cheese milk coffee tea sugar salt garden flower grass sheep horse "
    "cow fish lion bear wolf city village country king queen law court police army peace science theory atom planet star "
    "galaxy algebra geometry proof logic number theory prime calculus derivative integral matrix vector function class object "
    "loop string array compiler kernel thread process window button menu game ball team player goal match sport run jump swim "
    "drive walk read write think speak listen buy sell pay work play sleep eat drink cook clean open close start stop break fix"
).split()
HONEST_THOUGHTS = (
    "This is not one of my puzzles. I say so honestly.", "I know nothing about this. I should not invent an answer.",
    "That is not something that I learned. I say what I can do.",
)
HONEST = (
    f"I do not know. I am {WHAT}: I can do {SHORT_LIST}.",
    f"That is beyond me. I am {WHAT}. Ask me a word problem or something to calculate.",
    f"I cannot answer that honestly. I am {WHAT}. For other questions, open a larger model in Zipage.",
)


def topic(rng):
    words = " ".join(rng.choice(WORDS) for _ in range(rng.choice((1, 1, 2, 2, 3, 5))))
    kind = rng.random()
    if kind < 0.05:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyzäöüéñßαβγ中文日本語") for _ in range(rng.randint(2, 12)))
    if kind < 0.12:
        return rng.choice((made_up(rng), made_up(rng).capitalize(), " ".join(pick_names(rng, 2))))
    if kind < 0.18:
        return f"{words} {rng.randint(1, 2100)}"
    return words.title() if kind < 0.3 else words


def unknown_question(rng):
    kind = rng.random()
    if kind < 0.08:
        return rng.choice(FOREIGN)
    if kind < 0.3:
        text = rng.choice(NUMBER_QUESTIONS)
        return text.format(*(rng.randint(2, 10 ** rng.randint(1, 4)) for _ in range(text.count("{}"))))
    text = rng.choice(QUESTIONS)
    text = text.format(*(topic(rng) for _ in range(text.count("{}"))))
    return text.lower() if rng.random() < 0.1 else text


def talk(rng: Random):
    """(question, thought, answer) of one ordinary turn."""
    if rng.random() < 0.55:
        return unknown_question(rng), rng.choice(HONEST_THOUGHTS), rng.choice(HONEST)
    questions, thoughts, answers = rng.choice(SMALL_TALK)
    return rng.choice(questions), rng.choice(thoughts), rng.choice(answers)


def about_answer(rng, answer):
    return rng.choice((
        ("Are you sure?", f"I gave {answer}. I worked it out step by step.", f"Yes, I worked it out step by step: **{answer}**."),
        ("Is that right?", f"I gave {answer}, step by step.", f"Yes, I worked it out step by step: **{answer}**."),
        ("Only the number, please.", f"The answer was {answer}.", boxed(answer)),
        ("So what is the answer?", f"The answer was {answer}.", f"The answer is **{answer}**.\n\n{boxed(answer)}"),
        ("Can you repeat the result?", f"The result was {answer}.", f"The result is **{answer}**.\n\n{boxed(answer)}"),
        ("What was your result?", f"The result was {answer}.", f"The result is **{answer}**.\n\n{boxed(answer)}"),
    ))


def calculate_on(rng, answer):
    """A follow-up that goes on calculating with a number."""
    value, other = int(answer), rng.randint(1, 99)
    kind = rng.choice(("add", "take", "double"))
    if kind == "take" and other <= value:
        asked = rng.choice((f"Now take {other} away.", f"And minus {other}?", f"Subtract {other} from that."))
        expression, lines, result = f"{value} - {other}", subtract_lines(value, other), value - other
    elif kind == "double":
        asked = rng.choice(("Now double it.", "And twice that?", "What is two times that?"))
        expression, lines, result = f"{value} + {value}", add_lines(value, value), 2 * value
    else:
        asked = rng.choice((f"Now add {other}.", f"And plus {other}?", f"Add {other} to that."))
        expression, lines, result = f"{value} + {other}", add_lines(value, other), value + other
    thought = "\n".join([f"The answer was {value}. I need {expression}.", *lines])
    return asked, thought, f"${expression} = {result}$\n\n{boxed(result)}"


def follow_up(rng: Random, answer: str):
    """(question, thought, answer) about the answer just given."""
    if answer.isdigit() and rng.random() < 0.5:
        return calculate_on(rng, answer)
    return about_answer(rng, answer)
